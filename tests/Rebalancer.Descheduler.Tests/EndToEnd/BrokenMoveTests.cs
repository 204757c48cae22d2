using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

public sealed class BrokenMoveTests
{
    [Fact]
    public async Task Move_AnotherThrowsAtEveryLook_GoesOnAllTheSame()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");
        await world.MoveAsync("nothing", name: "broken");
        var status = new JsonPatch().Set("/status", new MigrationStatus
        {
            // Committed, but without the record of the pod that is to be created again: nobody writes this, yet it must stop nobody else.
            Phase = Phases.Committed, Decision = Decision.Committed, PhaseStartedAt = TimeProvider.System.GetUtcNow(),
            Owner = new OwnerRecord { Kind = "None" }, Claim = new Claim { Token = "0123456789abcdef0123456789abcdef", ExpiresAt = TimeProvider.System.GetUtcNow() },
            SourceNode = "spot", TargetNode = "cheap",
        });
        await world.Client.PatchAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, "broken", status, default, "status");

        await world.StartControllerAsync();
        await world.MoveAsync("redis");

        await world.UntilPhase(Phases.Succeeded);
        Assert.Equal(Phases.Committed, (await world.Migration("broken")).Status.Phase);
    }

    /// <summary>Nothing changes in such an object any more, so that only a start tells of it.</summary>
    [Fact]
    public async Task Start_MigrationsThatEndedLongAgo_OnlyWhatNobodyAskedForIsDeleted()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        foreach (var (name, reason) in new[] { ("evicted", MoveReasons.Eviction), ("asked", MoveReasons.Manual) })
        {
            var migration = new Migration { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ControllerWorld.Ns }, Spec = new MigrationSpec { PodName = "redis", Reason = reason } };
            await world.Client.CreateAsync(ApiResource.Migrations, ControllerWorld.Ns, migration, default);
            var ended = new MigrationStatus { Phase = Phases.Failed, Decision = Decision.Aborted, CompletedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(30) };
            await world.Client.PatchAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, name, new JsonPatch().Set("/status", ended), default, "status");
        }

        await world.StartControllerAsync();

        await ControllerWorld.Eventually("only what was asked for is left", async () => (await world.Migrations()).Select(m => m.Metadata.Name).SequenceEqual(["asked"]));
    }
}
