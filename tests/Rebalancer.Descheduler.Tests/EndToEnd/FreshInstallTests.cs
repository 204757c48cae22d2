using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>Half-empty nodes, a cheap one that stands empty, and nobody who asks: what a plan would be made of.</summary>
public sealed class FreshInstallTests
{
    /// <summary>The one move that was asked for is done, so the controller has seen the cluster and had every chance to do more.</summary>
    [Fact]
    public async Task Controller_NoPolicy_OnlyWhatWasAskedForMoves()
    {
        await using var world = await ControllerWorld.StartAsync();
        var (asked, others) = await SetUpAsync(world);
        Assert.Equal(0, await CountAsync(world, ApiResource.RebalancePolicies));

        await world.MoveAsync(asked.Metadata.Name);
        await world.UntilPhase(Phases.Succeeded);

        await AssertLeftAsync(world, others);
    }

    [Fact]
    public async Task Controller_PolicyThatObserves_OnlyWhatWasAskedForMoves()
    {
        await using var world = await ControllerWorld.StartAsync();
        var (asked, others) = await SetUpAsync(world);
        await PolicyTests.CreateAsync(world, new RebalancePolicySpec());
        Assert.Equal(PolicyModes.Observe, (await PolicyTests.UntilAsync(world, "True", PolicyConditions.Valid)).Spec.Mode);

        await world.MoveAsync(asked.Metadata.Name);
        await world.UntilPhase(Phases.Succeeded);

        await AssertLeftAsync(world, others);
    }

    private static async Task<(V1Pod Asked, V1Pod[] Others)> SetUpAsync(ControllerWorld world)
    {
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.01"));
        return (await world.RunReplicaSet("asked", on: "dear"), [await world.RunReplicaSet("other", on: "dear"), await world.RunPod("bare", on: "dear")]);
    }

    private static async Task AssertLeftAsync(ControllerWorld world, IEnumerable<V1Pod> others)
    {
        Assert.Single(await world.Migrations());
        foreach (var left in others)
        {
            var now = await world.Pod(left.Metadata.Name);
            Assert.Equal((left.Metadata.Uid, "dear", left.Spec.RuntimeClassName), (now?.Metadata.Uid, now?.Spec.NodeName, now?.Spec.RuntimeClassName));
        }
    }

    private static async Task<int> CountAsync(ControllerWorld world, ApiResource resource)
    {
        using var page = await world.Client.ListPageAsync(resource, "limit=500", default);
        return page.RootElement.GetProperty("items").GetArrayLength();
    }
}
