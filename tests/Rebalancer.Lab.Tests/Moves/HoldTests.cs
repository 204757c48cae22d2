using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A copy that is kept ahead of a notice: let go, it has the last of it to move; given up, the pod has noticed nothing.</summary>
[Collection(LabCollection.Name)]
public sealed class HoldTests(MoveLab lab, ITestOutputHelper output) : IClassFixture<MoveLab>
{
    private const string Namespace = "default";
    private const int Megabytes = 512;
    private const double LinkMbitPerS = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("v1", OwnerKinds.ReplicaSet)]
    [InlineData("v2", OwnerKinds.StatefulSet)]
    public async Task LetGo_AfterTenSecondsUnderWrites_MovesFasterThanAMoveThatBeginsThen(string cgroup, string owner)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var (first, second) = MoveLab.Nodes(cgroup);
        await lab.Cluster.Node(first).SetLinkSpeedAsync(LinkMbitPerS, limit.Token);
        await lab.Cluster.Node(second).SetLinkSpeedAsync(LinkMbitPerS, limit.Token);
        await using var redis = await lab.StartRedisAsync(first, owner, limit.Token, megabytes: Megabytes);
        var server = new IPEndPoint(PodApi.Address(redis.FirstPod), Redis.Port);
        using var connection = await RespConnection.ConnectAsync(server, TimeProvider.System, limit.Token);
        var kept = KeptValues.Fill(connection, ReplyLimit, limit.Token);
        await using var writer = await ValueWriter.StartAsync(server, TimeProvider.System, limit.Token);

        redis.Cutover = Cutovers.OnNotice;
        redis.Counter.OpenWindow();
        var held = await HoldAsync(redis, second, limit.Token);
        await Task.Delay(Held, limit.Token);
        var before = await redis.Migrations.GetAsync(held.Metadata.Name, Namespace, limit.Token);
        Assert.Equal((Phases.PreCopying, SourceState.Holding, null, null), (before.Status.Phase, before.Status.Source!.State, before.Status.Owner, before.Status.Claim));
        Assert.InRange(before.Status.Source.HeldBytes!.Value, Megabytes * 1_000_000L, long.MaxValue);
        Assert.Equal(redis.FirstPod.Metadata.Uid, (await redis.PodAsync(limit.Token)).Metadata.Uid);
        // Nothing was frozen: what a client waits for longest is what a busy machine makes it wait.
        output.WriteLine($"held: longest stall {redis.Counter.Report().WindowStall.Ms:0} ms, {before.Status.Message}");

        redis.Counter.OpenWindow();
        var letGo = await LetGoAsync(redis, held, limit.Token);
        var stallMs = redis.Counter.Report().WindowStall.Ms;
        redis.Cutover = Cutovers.Now;
        var cold = await redis.MoveAsync(first, Limit, limit.Token);

        Assert.True(cold.Migration.Status.Phase == Phases.Succeeded, MigrationApi.Describe(cold.Migration));
        output.WriteLine($"{cgroup} {owner}: let go to end {letGo.TotalMilliseconds:0} ms, stall {stallMs:0} ms; begun cold {cold.TotalMs:0} ms, stall {cold.StallMs:0} ms");
        Assert.InRange(letGo.TotalMilliseconds, 0, cold.TotalMs);
        Assert.Equal(kept, KeptValues.Digest(connection, ReplyLimit, limit.Token));
        await writer.StopAsync();
        Assert.Null(writer.Problem);
        Assert.Equal([], writer.Wrong(connection, ReplyLimit, limit.Token));
        Assert.Null(redis.Problem);
    }

    [Theory]
    [InlineData("aborted")]
    [InlineData("deleted")]
    [InlineData("source's agent dies")]
    [InlineData("target's agent dies")]
    public async Task Hold_GivenUp_ThePodGoesOnAndCanMoveLater(string how)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var (first, second) = MoveLab.Nodes("v2");
        await using var redis = await lab.StartRedisAsync(first, OwnerKinds.ReplicaSet, limit.Token);
        redis.Cutover = Cutovers.OnNotice;
        var held = await HoldAsync(redis, second, limit.Token);

        switch (how)
        {
            case "aborted": await redis.Migrations.TellAsync(held.Metadata.Name, Namespace, Names.Abort, limit.Token); break;
            case "deleted": await lab.Cluster.Client.CustomObjects.DeleteNamespacedCustomObjectAsync(Names.Group, Names.Version, Namespace, Migration.MigrationPlural, held.Metadata.Name, cancellationToken: limit.Token); break;
            case "source's agent dies": await lab.Cluster.Node(first).Agent!.KillAsync(limit.Token); break;
            default: await lab.Cluster.Node(second).Agent!.KillAsync(limit.Token); break;
        }

        await Processes.Poll.UntilAsync(async () => (await redis.Migrations.ListAsync(limit.Token)).All(m => m.Metadata.Name != held.Metadata.Name || m.Status.Phase == Phases.RolledBack), Limit, "the hold is over", limit.Token);
        var pod = await redis.PodAsync(limit.Token);
        Assert.Equal((redis.FirstPod.Metadata.Uid, 0), (pod.Metadata.Uid, pod.Status.ContainerStatuses.Single().RestartCount));
        Assert.Equal(redis.FirstPod.Metadata.Labels, pod.Metadata.Labels);
        redis.Cutover = Cutovers.Now;
        var moved = await redis.MoveAsync(second, Limit, limit.Token);
        Assert.True(moved.Migration.Status.Phase == Phases.Succeeded, MigrationApi.Describe(moved.Migration));
        Assert.Null(redis.Problem);
    }

    private static async Task<Migration> HoldAsync(RedisUnderLoad redis, string target, CancellationToken cancel)
    {
        var made = await redis.BeginMoveAsync(target, cancel);
        return await redis.Migrations.WaitAsync(made.Metadata.Name, Namespace, m => m.Status.Source is { State: SourceState.Holding }, Limit, cancel);
    }

    private static async Task<TimeSpan> LetGoAsync(RedisUnderLoad redis, Migration held, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        await redis.Migrations.TellAsync(held.Metadata.Name, Namespace, Names.Cutover, cancel);
        var ended = await redis.Migrations.WaitForEndAsync(held.Metadata.Name, Namespace, Limit, cancel);
        await redis.NextReplyAsync(cancel);
        Assert.True(ended.Status.Phase == Phases.Succeeded, MigrationApi.Describe(ended));
        return TimeProvider.System.GetElapsedTime(started);
    }
}
