using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

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
