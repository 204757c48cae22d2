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
    private const double LinkMbitPerS = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("v1", OwnerKinds.ReplicaSet)]
    [InlineData("v2", OwnerKinds.StatefulSet)]
    public async Task LetGo_AfterTenSecondsUnderWrites_RunsThereLongBeforeAMoveThatBeginsThen(string cgroup, string owner)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartRedisAsync(first, owner, limit.Token, GiveMemory);
        var server = new IPEndPoint(PodApi.Address(redis.FirstPod), Redis.Port);
        using var connection = await RespConnection.ConnectAsync(server, TimeProvider.System, limit.Token);
        var kept = KeptValues.Fill(connection, ReplyLimit, limit.Token);
        Fill(connection, limit.Token);
        await using var writer = await ValueWriter.StartAsync(server, TimeProvider.System, limit.Token);
        foreach (var node in (string[])[first, second]) { await lab.Cluster.Node(node).SetLinkSpeedAsync(LinkMbitPerS, limit.Token); }

        // The first moves of an agent are slow.
        var cold = TimeSpan.Zero;
        foreach (var target in (string[])[second, first])
        {
            cold = await TimedAsync(redis, target, async () => (await redis.BeginMoveAsync(target, limit.Token)).Metadata.Name, limit.Token);
        }

        redis.Cutover = Cutovers.OnNotice;
        redis.Counter.OpenWindow();
        var (pod, held) = (await redis.PodAsync(limit.Token), await HoldAsync(redis, second, limit.Token));
        await Task.Delay(Held, limit.Token);
        held = await redis.Migrations.GetAsync(held.Metadata.Name, Namespace, limit.Token);
        Assert.Equal((Phases.PreCopying, SourceState.Holding, null, null), (held.Status.Phase, held.Status.Source!.State, held.Status.Owner, held.Status.Claim));
        Assert.InRange(held.Status.Source.HeldBytes!.Value, Megabytes * 1_000_000L, long.MaxValue);
        var now = await redis.PodAsync(limit.Token);
        Assert.Equal((pod.Metadata.Uid, first), (now.Metadata.Uid, now.Spec.NodeName));
        output.WriteLine($"{cgroup} {owner}: {held.Status.Message}; longest stall meanwhile {redis.Counter.Report().WindowStall.Ms:0} ms");

        var letGo = await TimedAsync(redis, "let go to " + second, async () =>
        {
            await redis.Migrations.TellAsync(held.Metadata.Name, Namespace, Names.Cutover, limit.Token);
            return held.Metadata.Name;
        }, limit.Token);

        // 512 MB over this link take 14 s.
        Assert.InRange(letGo.TotalMilliseconds, 0, cold.TotalMilliseconds / 2);
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
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
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

    /// <returns>From there to the commit, as whoever asks every 50 ms sees it.</returns>
    private async Task<TimeSpan> TimedAsync(RedisUnderLoad redis, string what, Func<Task<string>> begin, CancellationToken cancel)
    {
        redis.Counter.OpenWindow();
        var started = TimeProvider.System.GetTimestamp();
        var name = await begin();
        _ = await redis.Migrations.WaitAsync(name, Namespace, m => m.Status.Decision.Length > 0, Limit, cancel);
        var committed = TimeProvider.System.GetElapsedTime(started);
        var ended = await redis.Migrations.WaitForEndAsync(name, Namespace, Limit, cancel);
        Assert.True(ended.Status.Phase == Phases.Succeeded, MigrationApi.Describe(ended));
        await redis.NextReplyAsync(cancel);
        output.WriteLine($"{what}: {committed.TotalMilliseconds:0} ms to the commit, longest stall {redis.Counter.Report().WindowStall.Ms:0} ms, {ended.Status.Source?.StrategyReason}; {string.Join(" ", ended.Status.Source?.Timeline?.Select(entry => $"{entry.Step}@{entry.AtMs:0}") ?? [])}");
        return committed;
    }

    /// <summary>With what no compression makes much smaller.</summary>
    private static void Fill(RespConnection connection, CancellationToken cancel)
    {
        var (random, bytes) = (new Random(1), new byte[750_000]);
        for (var i = 0; i < Megabytes; i++)
        {
            random.NextBytes(bytes);
            Assert.Equal("+OK", connection.Command(ReplyLimit, cancel, "SET", $"random:{i}", Convert.ToBase64String(bytes)));
        }
    }

    private static void GiveMemory(V1PodSpec spec)
    {
        foreach (var amounts in (IDictionary<string, ResourceQuantity>?[])[spec.Containers[0].Resources.Requests, spec.Containers[0].Resources.Limits])
        {
            if (amounts?.ContainsKey("memory") == true) { amounts["memory"] = new ResourceQuantity("800Mi"); }
        }
    }
}
