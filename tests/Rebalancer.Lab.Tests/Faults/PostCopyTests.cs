using System.Net;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Tests.Moves;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>
/// A pod runs on its target while pages of its memory are still on the source. Whoever of those dies that are needed to bring them, the pod waits for the
/// pages and goes on with its connections; no value that was acknowledged is lost.
/// </summary>
[Collection(LabCollection.Name)]
public sealed class PostCopyTests(FaultLab lab, ITestOutputHelper output) : IClassFixture<FaultLab>, IAsyncLifetime, IDisposable
{
    private const double SlowMbitPerS = 30;
    private const string FreezeBudget = "5s";
    /// <summary>The freeze budget has room for 9 MB at this speed: far less than the writer below writes between two rounds, however busy the machine is.</summary>
    private const double OutrunMbitPerS = 15;
    /// <summary>20 MB, rewritten twice a second or as fast as the machine can.</summary>
    private static readonly LoadClientOptions FastWriter = new(WritesPerSecond: 400, Keys: 200, ValueBytes: 100_000);
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(5));

    /// <summary>What the pod writes while it is copied takes seconds to be sent.</summary>
    public Task InitializeAsync() => SetLinkSpeedAsync(SlowMbitPerS);

    public Task DisposeAsync() => SetLinkSpeedAsync(FaultLab.LinkMbitPerS);

    public void Dispose() => limit.Dispose();

    [Fact]
    public Task Move_PostCopy_RunsBeforeItsMemoryIsThereAndLosesNothing() => MoveAsync((redis, cancel) => redis.NextReplyAsync(cancel), _ => Task.CompletedTask);

    [Fact]
    public Task SourceAgentKilled_WhilePagesAreMissing_PodGetsThem() => MoveAsync((_, cancel) => lab.SourceNode.Agent!.KillAsync(cancel), _ => Task.CompletedTask);

    [Fact]
    public Task TargetAgentKilled_WhilePagesAreMissing_PodGetsThem() => MoveAsync((_, cancel) => lab.TargetNode.Agent!.KillAsync(cancel), _ => Task.CompletedTask);

    [Fact]
    public Task TargetAgentKilled_WhenThePodRunsAndPagesAreMissing_PodGetsThem() => MoveAsync(
        async (redis, cancel) =>
        {
            // Its first replies on the target.
            await redis.NextReplyAsync(cancel);
            await lab.TargetNode.Agent!.KillAsync(cancel);
        },
        _ => Task.CompletedTask);

    /// <summary>What is written while it is sent is more than the budget has room for, and the pod may not be slowed down.</summary>
    [Fact]
    public async Task Move_AutoAndWriterFasterThanTheLink_BecomesAPostCopyWithinItsBudget()
    {
        await SetLinkSpeedAsync(OutrunMbitPerS);
        await MoveAsync((_, _) => Task.CompletedTask, _ => Task.CompletedTask, Strategies.Auto);
    }

    [Fact]
    public Task AgentsCutOff_WhilePagesAreMissing_PodGetsThemAfterwards() => MoveAsync(
        (_, cancel) => lab.Cluster.CutAsync(FaultLab.Source, FaultLab.Target, CutTraffic.Agents, cancel),
        cancel => lab.Cluster.HealAsync(FaultLab.Source, FaultLab.Target, cancel));

    private async Task MoveAsync(Func<RedisUnderLoad, CancellationToken, Task> fault, Func<CancellationToken, Task> heal, string strategy = Strategies.PostCopy)
    {
        await using var redis = await lab.StartRedisAsync(limit.Token, megabytes: 1, load: FastWriter);
        (redis.Strategy, redis.Throttle) = (strategy, Throttles.Never);
        var server = new IPEndPoint(PodApi.Address(redis.FirstPod), Redis.Port);
        using var connection = await RespConnection.ConnectAsync(server, TimeProvider.System, limit.Token);
        await using var writer = await ValueWriter.StartAsync(server, TimeProvider.System, limit.Token);
        await redis.LoadedAsync(limit.Token);
        var begun = await redis.BeginMoveAsync(FaultLab.Target, limit.Token, FreezeBudget);
        var committed = await redis.Migrations.WaitAsync(begun.Metadata.Name, begun.Metadata.NamespaceProperty, now => now.Status.Decision.Length > 0, EndLimit, limit.Token);
        Assert.True(committed.Status.Decision == Decision.Committed, MigrationApi.Describe(committed));

        await fault(redis, limit.Token);
        await Task.Delay(TimeSpan.FromSeconds(1), limit.Token);
        await heal(limit.Token);

        var ended = await redis.Migrations.WaitForEndAsync(begun.Metadata.Name, begun.Metadata.NamespaceProperty, EndLimit, limit.Token);
        await SetLinkSpeedAsync(FaultLab.LinkMbitPerS);
        Report(ended);
        Assert.True(ended.Status.Phase == "Succeeded", MigrationApi.Describe(ended));
        Assert.Equal(Strategies.PostCopy, ended.Status.Source!.Strategy);
        Assert.InRange(ended.Status.Source.LateBytes!.Value, 1, long.MaxValue);
        await redis.NextReplyAsync(limit.Token);
        Assert.Null(redis.Problem);
        await writer.StopAsync();
        Assert.Null(writer.Problem);
        Assert.Equal([], writer.Wrong(connection, ReplyLimit, limit.Token));
        await Poll.UntilAsync(() => lab.RedisProcesses().Count == 1, EndLimit, "one copy", limit.Token);
        await Poll.UntilAsync(() => !HasMoves(lab.SourceNode) && !HasMoves(lab.TargetNode), EndLimit, "no images left on either node", limit.Token);
    }

    private async Task SetLinkSpeedAsync(double mbitPerS)
    {
        foreach (var node in (LabNode[])[lab.SourceNode, lab.TargetNode]) { await node.SetLinkSpeedAsync(mbitPerS, CancellationToken.None); }
    }

    private static bool HasMoves(LabNode node) => Directory.Exists(node.Root + "/run/rebalancer/moves") && Directory.EnumerateDirectories(node.Root + "/run/rebalancer/moves").Any();

    private void Report(Migration migration)
    {
        var source = migration.Status.Source!;
        output.WriteLine($"{migration.Metadata.Name}: {migration.Status.Phase}, {source.Strategy} ({source.StrategyReason}), freeze {migration.Status.Target?.FreezeMs} ms, {source.LateBytes} of {source.Bytes} bytes late");
        foreach (var entry in source.Timeline ?? []) { output.WriteLine($"  {entry.Step} {entry.AtMs:0}"); }
    }
}
