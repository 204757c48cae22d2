using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

public sealed class FreshInstallTests
{
    /// <summary>The one move that was asked for is done, so the controller has seen the cluster and had every chance to do more.</summary>
    [Fact]
    public async Task Controller_CheaperNodeStandsEmpty_OnlyWhatWasAskedForMoves()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.01"));
        var asked = await world.RunReplicaSet("asked", on: "dear");
        var other = await world.RunReplicaSet("other", on: "dear");
        var bare = await world.RunPod("bare", on: "dear");

        await world.MoveAsync(asked.Metadata.Name);
        await world.UntilPhase(Phases.Succeeded);

        Assert.Single(await world.Migrations());
        foreach (var left in new[] { other, bare })
        {
            var now = await world.Pod(left.Metadata.Name);
            Assert.Equal((left.Metadata.Uid, "dear", left.Spec.RuntimeClassName), (now?.Metadata.Uid, now?.Spec.NodeName, now?.Spec.RuntimeClassName));
        }
    }
}
