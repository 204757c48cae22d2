using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>Real moves between two real nodes, on both versions of cgroups, watched by a client that checks every reply.</summary>
[Collection(LabCollection.Name)]
public sealed class MoveTests : IClassFixture<MoveLab>
{
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(1);
    private readonly MoveLab lab;

    public MoveTests(MoveLab lab) => this.lab = lab;

    [Theory]
    [InlineData("v1", "ReplicaSet")]
    [InlineData("v1", "None")]
    [InlineData("v1", "Job")]
    [InlineData("v2", "ReplicaSet")]
    [InlineData("v2", "None")]
    [InlineData("v2", "StatefulSet")]
    public async Task Move_RedisThereAndBack_ClientSeesOnlyAPause(string cgroup, string owner)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartRedisAsync(first, owner, limit.Token);
        var pods = new List<V1Pod> { redis.FirstPod };
        foreach (var (source, target) in ((string, string)[])[(first, second), (second, first)])
        {
            var outcome = await redis.MoveAsync(target, MoveLimit, limit.Token);
            Assert.True(outcome.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(outcome.Migration));
            Assert.Null(redis.Problem);
            pods.Add(await redis.PodAsync(limit.Token));
            AssertMoved(pods[^2], pods[^1], target, owner);
            Assert.Equal(OwnerKinds.KeepsName(owner), outcome.Migration.Status.Owner!.Gate);
            Assert.InRange(outcome.Migration.Status.Target!.FreezeMs!.Value, 1, 10_000);
            Assert.Equal((Strategies.PreCopy, lab.TrackerOf(source)), (outcome.Migration.Status.Source!.Strategy, outcome.Migration.Status.Source.Tracker));
            Assert.InRange(outcome.Migration.Status.Source.Bytes!.Value, 1_000_000, long.MaxValue);
        }

        await AssertCounterIsStillUsedAsync(redis.Counter, limit.Token);
    }

    private static void AssertMoved(V1Pod before, V1Pod after, string target, string owner)
    {
        Assert.Equal(target, after.Spec.NodeName);
        Assert.NotEqual(before.Metadata.Uid, after.Metadata.Uid);
        Assert.Equal(before.Status.PodIP, after.Status.PodIP);
        Assert.Equal(0, after.Status.ContainerStatuses.Single().RestartCount);
        Assert.Equal(OwnerKinds.KeepsName(owner), before.Metadata.Name == after.Metadata.Name);
        Assert.Equal(owner == "None" ? null : before.Metadata.OwnerReferences.Single().Uid, after.Metadata.OwnerReferences?.SingleOrDefault()?.Uid);
        Assert.Subset(after.Metadata.Labels.ToHashSet(), before.Metadata.Labels.ToHashSet());
    }

    private static async Task AssertCounterIsStillUsedAsync(CounterClient counter, CancellationToken cancel)
    {
        var seen = counter.Replies;
        while (counter.Replies < seen + 100)
        {
            Assert.False(counter.Problem.IsCompleted, counter.Report().FirstProblem);
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancel);
        }
    }
}
