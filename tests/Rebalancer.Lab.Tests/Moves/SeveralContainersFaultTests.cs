using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Tests.Faults;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>What goes wrong when some containers of a pod are restored and others are not: no copy may have run a single step, and the source goes on as a whole.</summary>
[Collection(LabCollection.Name)]
public sealed class SeveralContainersFaultTests(MoveLab lab) : IClassFixture<MoveLab>
{
    private const int DelaySeconds = 2, RefusalSeconds = 1;
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public Task SecondRestoreRefused_FirstCopyNeverRan_SourceGoesOn(string cgroup) =>
        BreakAsync(cgroup, (node, cancel) => CriuFront.RefuseSecondAsync(node, RefusalSeconds, cancel), (_, _) => Task.CompletedTask, [Reasons.RestoreFailed]);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public Task TargetAgentKilled_WhileTheSecondRestores_FirstCopyNeverRanAndSourceGoesOn(string cgroup) => BreakAsync(
        cgroup,
        (node, cancel) => CriuFront.DelaySecondAsync(node, DelaySeconds, cancel),
        (node, cancel) => node.Agent!.KillAsync(cancel),
        [Reasons.PeerUnreachable, Reasons.TransferFailed, Reasons.TargetLost, Reasons.AgentRestarted, Reasons.RestoreFailed]);

    /// <summary>Whoever deletes the pod wants it gone: the move ends, nothing of it is left on either node, and the owner has one pod that runs.</summary>
    [Fact]
    public async Task PodDeleted_WhileTheSecondRestores_NothingIsLeftAndTheOwnerHasItsPod()
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (first, second) = MoveLab.Nodes("v2");
        await lab.ClearAsync(limit.Token);
        await using var redis = await lab.StartSeveralAsync(first, "ReplicaSet", limit.Token);
        var front = await CriuFront.DelaySecondAsync(lab.Cluster.Node(second), DelaySeconds, limit.Token);
        try
        {
            var begun = await redis.BeginMoveAsync(second, limit.Token);
            await front.HappenedAsync(limit.Token);
            await lab.Cluster.Client.CoreV1.DeleteNamespacedPodAsync(redis.FirstPod.Name(), redis.FirstPod.Namespace(), cancellationToken: limit.Token);
            var ended = await redis.Migrations.WaitForEndAsync(begun.Metadata.Name, begun.Metadata.NamespaceProperty, EndLimit, limit.Token);
            Assert.True(ended.Status.Decision == Decision.Aborted, MigrationApi.Describe(ended));
        }
        finally
        {
            front.Remove();
        }

        var left = await redis.PodAsync(limit.Token);
        Assert.NotEqual(redis.FirstPod.Uid(), left.Uid());
        string[] others = [first, second];
        await Poll.UntilAsync(
            () => others.Sum(node => PodCounter.Read(lab.Cluster.Node(node), "pod").Count) == 1 && PodCounter.Read(lab.Cluster.Node(left.Spec.NodeName), left.Uid()).Count == 1,
            EndLimit,
            "no processes but those of the pod that is left",
            limit.Token);
    }

    private async Task BreakAsync(string cgroup, Func<LabNode, CancellationToken, Task<CriuFront>> install, Func<LabNode, CancellationToken, Task> then, string[] reasons)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (first, second) = MoveLab.Nodes(cgroup);
        await lab.ClearAsync(limit.Token);
        await using var redis = await lab.StartSeveralAsync(first, "ReplicaSet", limit.Token);
        var (source, target) = (lab.Cluster.Node(first), lab.Cluster.Node(second));
        var before = Assert.Single(PodCounter.Read(source, redis.FirstPod.Uid()));
        var front = await install(target, limit.Token);
        Migration ended;
        IReadOnlySet<long> seen;
        try
        {
            using var watching = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            var watch = CountsOnAsync(target, watching.Token);
            var begun = await redis.BeginMoveAsync(second, limit.Token);
            await front.HappenedAsync(limit.Token);
            await then(target, limit.Token);
            ended = await redis.Migrations.WaitForEndAsync(begun.Metadata.Name, begun.Metadata.NamespaceProperty, EndLimit, limit.Token);
            await Poll.UntilAsync(() => PodCounter.Read(target, "pod").Count == 0, EndLimit, $"no copy left on {second}", limit.Token);
            await watching.CancelAsync();
            seen = await watch;
        }
        finally
        {
            front.Remove();
        }

        Assert.True(ended.Status is { Phase: "RolledBack", Decision: Decision.Aborted }, MigrationApi.Describe(ended));
        Assert.Contains(ended.Status.Reason, reasons);
        // The copy was there, at the count at which the source was frozen, and never at another.
        Assert.InRange(Assert.Single(seen), before, long.MaxValue);
        await GoesOnAsync(redis, source, seen.Single(), limit.Token);
        var again = await redis.MoveAsync(second, EndLimit, limit.Token);
        Assert.True(again.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(again.Migration));
        Assert.Null(redis.Problem);
    }

    private static async Task GoesOnAsync(RedisUnderLoad redis, LabNode source, long since, CancellationToken cancel)
    {
        await redis.NextReplyAsync(cancel);
        Assert.Null(redis.Problem);
        var pod = await redis.PodAsync(cancel);
        Assert.Equal(redis.FirstPod.Uid(), pod.Uid());
        await Poll.UntilAsync(() => PodCounter.Read(source, pod.Uid()) is [var count] && count > since, EndLimit, "the source's counter goes on", cancel);
        var (talked, problem) = await SeveralContainers.AskTalkerAsync(PodApi.Address(pod), cancel);
        Assert.Null(problem);
        await Poll.UntilAsync(async () => (await SeveralContainers.AskTalkerAsync(PodApi.Address(pod), cancel)).Count > talked, EndLimit, "the source's containers talk", cancel);
    }

    /// <summary>Every count that any copy on the node shows, until cancelled.</summary>
    private static Task<IReadOnlySet<long>> CountsOnAsync(LabNode node, CancellationToken cancel) => Task.Run<IReadOnlySet<long>>(
        () =>
        {
            var seen = new HashSet<long>();
            while (!cancel.IsCancellationRequested) { seen.UnionWith(PodCounter.Read(node, "pod")); }
            return seen;
        },
        CancellationToken.None);
}
