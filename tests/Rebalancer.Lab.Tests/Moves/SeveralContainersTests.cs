using System.Net;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Tests.Faults;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>Pods whose containers depend on each other move as a whole: connections between them go on, each of them has lost and repeated nothing.</summary>
[Collection(LabCollection.Name)]
public sealed class SeveralContainersTests(MoveLab lab) : IClassFixture<MoveLab>
{
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData("v1", "ReplicaSet")]
    [InlineData("v1", "None")]
    [InlineData("v2", "ReplicaSet")]
    [InlineData("v2", "None")]
    public async Task Move_ThreeContainersThereAndBack_ConnectionsInsideAndOutsideGoOn(string cgroup, string owner)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartSeveralAsync(first, owner, limit.Token);
        var address = PodApi.Address(redis.FirstPod);
        foreach (var target in (string[])[second, first])
        {
            var pod = await redis.PodAsync(limit.Token);
            var talked = await TalkingAsync(address, 0, limit.Token);
            var counted = CountOf(pod);
            var outcome = await redis.MoveAsync(target, MoveLimit, limit.Token);

            Assert.True(outcome.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(outcome.Migration));
            Assert.Null(redis.Problem);
            string[] names = [SeveralContainers.Counter, SeveralContainers.Talker, "redis"];
            Assert.Equal(names, outcome.Migration.Status.Source!.Containers!.Select(each => each.Name));
            Assert.Equal(names.Order(), outcome.Migration.Status.Target!.Containers!.Select(each => each.Name).Order());
            var moved = await redis.PodAsync(limit.Token);
            Assert.Equal((target, pod.Status.PodIP), (moved.Spec.NodeName, moved.Status.PodIP));
            Assert.All(moved.Status.ContainerStatuses, status => Assert.Equal(0, status.RestartCount));
            // Killed while frozen: the move has succeeded before the last of them is gone.
            await Poll.UntilAsync(() => CountersOf(pod).Count == 0, MoveLimit, "the end of the source's processes", limit.Token);
            Assert.InRange(CountOf(moved), counted, long.MaxValue);
            await TalkingAsync(address, talked, limit.Token);
        }
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Move_WithSidecarAndInitContainer_TheInitContainerDoesNotRunAgain(string cgroup)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartRedisAsync(first, "ReplicaSet", limit.Token, spec => SeveralContainers.AddInitTo(spec, first));
        var counted = CountOf(redis.FirstPod);

        var outcome = await redis.MoveAsync(second, MoveLimit, limit.Token);

        Assert.True(outcome.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(outcome.Migration));
        Assert.Null(redis.Problem);
        var moved = await redis.PodAsync(limit.Token);
        Assert.InRange(CountOf(moved), counted, long.MaxValue);
        Assert.All(moved.Status.ContainerStatuses.Concat(moved.Status.InitContainerStatuses), status => Assert.Equal(0, status.RestartCount));
        var init = moved.Status.InitContainerStatuses.Single(status => status.Name == SeveralContainers.Init);
        Assert.Equal(0, init.State.Terminated?.ExitCode);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Move_UnixSocketInASharedVolume_GoesOnListening(string cgroup)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartRedisAsync(first, "ReplicaSet", limit.Token, SeveralContainers.AddUnixSocketTo);
        var address = PodApi.Address(redis.FirstPod);
        await Listening.WaitAsync(new IPEndPoint(address, SeveralContainers.TalkerPort), MoveLimit, TimeProvider.System, limit.Token);
        var (before, _) = await SeveralContainers.AskTalkerAsync(address, limit.Token);

        var outcome = await redis.MoveAsync(second, MoveLimit, limit.Token);

        Assert.True(outcome.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(outcome.Migration));
        Assert.Equal((before + 1, null), await SeveralContainers.AskTalkerAsync(address, limit.Token));
    }

    /// <summary>Waits until the talker is further than it was, with every reply right.</summary>
    private static async Task<long> TalkingAsync(IPAddress pod, long since, CancellationToken cancel)
    {
        while (true)
        {
            var (count, problem) = await SeveralContainers.AskTalkerAsync(pod, cancel);
            Assert.Null(problem);
            if (count > since + 10) { return count; }
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
        }
    }

    private long CountOf(V1Pod pod) => Assert.Single(CountersOf(pod));

    private IReadOnlyList<long> CountersOf(V1Pod pod) => PodCounter.Read(lab.Cluster.Node(pod.Spec.NodeName), pod.Metadata.Uid);
}
