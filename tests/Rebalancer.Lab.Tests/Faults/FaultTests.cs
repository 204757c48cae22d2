using System.Diagnostics;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>Whatever dies before the commit, the source goes on with its connection: the client's only connection survives, no reply is wrong, and one copy is left.</summary>
[Collection(LabCollection.Name)]
public sealed class FaultTests(FaultLab lab) : IClassFixture<FaultLab>
{
    private const int RestoreDelaySeconds = 2;
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CopiesLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public Task CriuKilled_InMidDump_SourceGoesOn() => BreakCriuAsync(cancel => CriuFront.KillInDumpAsync(lab.SourceNode, cancel), Reasons.CheckpointFailed);

    /// <summary>What CRIU had forked by then may keep its line to runc open, and runc waits: the freeze budget ends the move then.</summary>
    [Fact]
    public Task CriuKilled_InRestore_SourceGoesOn() =>
        BreakCriuAsync(cancel => CriuFront.KillEarlyAsync(lab.TargetNode, cancel), Reasons.RestoreFailed, Reasons.FreezeBudgetExceeded);

    [Fact]
    public Task TargetAgentKilled_InTransfer_SourceGoesOn() => BreakAsync(
        async (_, cancel) =>
        {
            await MoveStep.TransferringAsync(lab.TargetNode, cancel);
            await lab.TargetNode.Agent!.KillAsync(cancel);
        },
        Reasons.PeerUnreachable, Reasons.TransferFailed, Reasons.TargetLost, Reasons.AgentRestarted);

    [Fact]
    public Task TargetAgentKilled_InRestore_SourceGoesOn() => BreakCriuAsync(
        cancel => CriuFront.DelayAsync(lab.TargetNode, RestoreDelaySeconds, cancel),
        cancel => lab.TargetNode.Agent!.KillAsync(cancel),
        Reasons.PeerUnreachable, Reasons.TransferFailed, Reasons.TargetLost, Reasons.AgentRestarted, Reasons.RestoreFailed);

    [Fact]
    public Task SourceAgentKilled_InMidDump_SourceGoesOn() => BreakAsync(
        async (redis, cancel) =>
        {
            await MoveStep.DumpingAsync(lab.SourceNode, cancel);
            await KillSourceAgentAsync(redis, cancel);
        },
        Reasons.SourceLost, Reasons.AgentRestarted, Reasons.PeerUnreachable, Reasons.TransferFailed);

    [Fact]
    public Task SourceAgentKilled_InTransfer_SourceGoesOn() => BreakAsync(
        async (redis, cancel) =>
        {
            await MoveStep.TransferringAsync(lab.TargetNode, cancel);
            await KillSourceAgentAsync(redis, cancel);
        },
        Reasons.SourceLost, Reasons.AgentRestarted, Reasons.PeerUnreachable, Reasons.TransferFailed);

    /// <summary>As an update of the DaemonSet does: what is frozen, or has no object any more, is seen through first.</summary>
    [Theory]
    [InlineData(FaultLab.Source, "ReplicaSet")]
    [InlineData(FaultLab.Target, "ReplicaSet")]
    [InlineData(FaultLab.Source, "StatefulSet")]
    [InlineData(FaultLab.Target, "StatefulSet")]
    public async Task AgentToldToStop_InRestore_EndsAfterTheMove(string node, string owner)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var front = await CriuFront.DelayAsync(lab.TargetNode, RestoreDelaySeconds, limit.Token);
        try
        {
            await using var redis = await lab.StartRedisAsync(limit.Token, owner);
            var begun = await redis.BeginMoveAsync(FaultLab.Target, limit.Token, freezeBudget: "10s");
            await front.HappenedAsync(limit.Token);

            Assert.Equal(0, await lab.Cluster.Node(node).Agent!.StopAsync(limit.Token));

            var ended = await redis.Migrations.WaitForEndAsync(begun.Metadata.Name, begun.Metadata.NamespaceProperty, EndLimit, limit.Token);
            Assert.True(ended.Status is { Phase: "Succeeded" }, MigrationApi.Describe(ended));
            await redis.NextReplyAsync(limit.Token);
            Assert.Null(redis.Problem);
            await Poll.UntilAsync(() => lab.RedisProcesses().Count == 1, CopiesLimit, "one copy", limit.Token);
        }
        finally
        {
            front.Remove();
        }
    }

    [Fact]
    public Task AgentsCutOff_InTransfer_SourceGoesOn() => BreakAsync(
        async (_, cancel) =>
        {
            await MoveStep.TransferringAsync(lab.TargetNode, cancel);
            await lab.Cluster.CutAsync(FaultLab.Source, FaultLab.Target, CutTraffic.All, cancel);
        },
        cancel => lab.Cluster.HealAsync(FaultLab.Source, FaultLab.Target, cancel),
        Reasons.PeerUnreachable, Reasons.TransferFailed, Reasons.FreezeBudgetExceeded, Reasons.SourceLost, Reasons.TargetLost);

    [Fact]
    public Task RestoreRefused_ByTheTarget_SourceGoesOn() => BreakCriuAsync(cancel => CriuFront.RefuseAsync(lab.TargetNode, cancel), Reasons.RestoreFailed);

    private Task BreakCriuAsync(Func<CancellationToken, Task<CriuFront>> install, params string[] reasons) => BreakCriuAsync(install, _ => Task.CompletedTask, reasons);

    /// <summary>The fault is what a program before CRIU does, and <paramref name="then"/> right after it.</summary>
    private async Task BreakCriuAsync(Func<CancellationToken, Task<CriuFront>> install, Func<CancellationToken, Task> then, params string[] reasons)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var front = await install(limit.Token);
        await BreakAsync(
            async (_, cancel) =>
            {
                await front.HappenedAsync(cancel);
                await then(cancel);
            },
            cancel => Task.Run(front.Remove, cancel),
            reasons);
    }

    private Task BreakAsync(Func<RedisUnderLoad, CancellationToken, Task> fault, params string[] reasons) => BreakAsync(fault, _ => Task.CompletedTask, reasons);

    private async Task BreakAsync(Func<RedisUnderLoad, CancellationToken, Task> fault, Func<CancellationToken, Task> heal, params string[] reasons)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        await using var redis = await lab.StartRedisAsync(limit.Token);
        var begun = await redis.BeginMoveAsync(FaultLab.Target, limit.Token);
        try
        {
            await fault(redis, limit.Token);
            // The client is answered again before anything is repaired.
            await redis.NextReplyAsync(limit.Token);
            Assert.Null(redis.Problem);
        }
        finally
        {
            await heal(CancellationToken.None);
        }

        var ended = await redis.Migrations.WaitForEndAsync(begun.Metadata.Name, begun.Metadata.NamespaceProperty, EndLimit, limit.Token);
        Assert.True(ended.Status is { Phase: "RolledBack", Decision: Decision.Aborted }, MigrationApi.Describe(ended));
        Assert.Contains(ended.Status.Reason, reasons);
        await OneCopyIsLeftAsync(redis.FirstPod, limit.Token);
        var pod = await redis.PodAsync(limit.Token);
        Assert.Equal(redis.FirstPod.Metadata.Uid, pod.Metadata.Uid);
        Assert.Equal(redis.FirstPod.Metadata.Labels, pod.Metadata.Labels);
        await redis.NextReplyAsync(limit.Token);
        Assert.Null(redis.Problem);
        await CanMoveAfterwardsAsync(redis, limit.Token);
    }

    /// <summary>What the failure left behind must not stand in the way of the next try.</summary>
    private static async Task CanMoveAfterwardsAsync(RedisUnderLoad redis, CancellationToken cancel)
    {
        var again = await redis.MoveAsync(FaultLab.Target, EndLimit, cancel);
        Assert.True(again.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(again.Migration));
        Assert.Null(redis.Problem);
        // A pod that is deleted while its container is being started leaves containerd with a task that nobody knows.
        await redis.PodAsync(cancel);
    }

    /// <summary>The agent stays down until the client was answered: the guard alone has to thaw the pod.</summary>
    private async Task KillSourceAgentAsync(RedisUnderLoad redis, CancellationToken cancel)
    {
        await lab.SourceNode.Agent!.KillAndKeepDownAsync(cancel);
        try
        {
            var died = Stopwatch.GetTimestamp();
            await redis.NextReplyAsync(cancel);
            Assert.InRange(Stopwatch.GetElapsedTime(died).TotalSeconds, 0, 5);
        }
        finally
        {
            lab.SourceNode.Agent!.Start();
        }
    }

    private Task OneCopyIsLeftAsync(V1Pod source, CancellationToken cancel) => Poll.UntilAsync(
        () => lab.RedisProcesses() is [var only] && only == MoveStep.Redis(lab.SourceNode, source) && !NodeProcesses.IsFrozen(only, MoveStep.CgroupRoot(lab.SourceNode)),
        CopiesLimit,
        $"one running copy of {source.Metadata.Name}",
        cancel);
}
