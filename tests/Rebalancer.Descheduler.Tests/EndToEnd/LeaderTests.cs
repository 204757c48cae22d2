using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Tests.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

public sealed class LeaderTests
{
    [Fact]
    public async Task Stop_InMidMove_NextLeaderTakesOverAtOnceWithAHigherEpoch()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");
        world.Nodes.Script = new Script { Freezes = false };
        await world.MoveAsync("redis");
        var first = (await world.UntilPhase(Phases.Freezing)).Status.LeaderEpoch;

        await world.StopControllerAsync();
        await world.StartControllerAsync();
        world.Nodes.Script = new Script();

        var done = await world.UntilPhase(Phases.Succeeded);
        Assert.True(done.Status.LeaderEpoch > first, $"epoch {done.Status.LeaderEpoch} after {first}");
    }

    /// <summary>The API server is the fence.</summary>
    [Fact]
    public async Task Write_OfAFormerLeader_IsRefused()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");
        await world.MoveAsync("redis");
        var done = await world.UntilPhase(Phases.Succeeded);

        var late = new JsonPatch().Set("/status/leaderEpoch", done.Status.LeaderEpoch!.Value - 1).Set("/status/message", "late");
        var refused = await Assert.ThrowsAsync<ApiException>(() => world.Client.PatchAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, "move", late, default, "status"));
        Assert.Contains("leaderEpoch", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Drains name their moves by the pod, so that one that was deleted is made again under its name.</summary>
    [Fact]
    public async Task Write_OfAMoveThatWasDeleted_LeavesTheOneThatHasItsNameAlone()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        var status = new JsonPatch().Set("/status", new MigrationStatus { Phase = Phases.Pending });
        var migration = await world.Client.PatchAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, (await world.MoveAsync("redis")).Metadata.Name, status, default, "status");
        var cache = new ClusterCache(world.Client, new InformerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var options = new DeschedulerOptions { Api = new k8s.KubernetesClientConfiguration(), WebhookListen = new IPEndPoint(IPAddress.Loopback, 0) };
        using var leadership = new Leadership(world.Client, options, TimeProvider.System, null!, NullLoggerFactory.Instance);
        leadership.RaiseTo(1);
        var executor = new MoveExecutor(world.Client, cache, leadership, null!);
        var write = new MoveAction.WriteStatus(Phases.Pending, StatusChange.None.WithReason(Reasons.NoTarget, "none"));

        await executor.DoAsync(new SimulatedMove().Observe() with { Migration = migration }, write, default);
        migration.Metadata.Uid = "uid-deleted";
        var refused = await Assert.ThrowsAsync<ApiException>(() => executor.DoAsync(new SimulatedMove().Observe() with { Migration = migration }, write, default));

        Assert.True(refused.IsConflict);
    }

    [Fact]
    public async Task Lease_WasDeleted_EpochStaysAboveWhatIsWritten()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");
        await world.MoveAsync("redis");
        await world.Client.PatchAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, "move", new JsonPatch().Set("/status", new MigrationStatus { LeaderEpoch = 41 }), default, "status");

        await world.StartControllerAsync();

        Assert.True((await world.UntilPhase(Phases.Succeeded)).Status.LeaderEpoch >= 41);
        Assert.NotNull(await world.Client.GetAsync<k8s.Models.V1Lease>(ApiResource.Leases, ControllerWorld.Ns, Leadership.LeaseName, default));
    }
}
