using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>Who evicts knows nothing of us: the same requests as kubectl drain and the autoscalers send.</summary>
public sealed class EvictionTests
{
    [Fact]
    public async Task Evict_PodThatCanMove_IsToldToAskAgainUntilItHasLeft()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var source = await world.RunReplicaSet("redis", on: "spot");

        var (code, message) = await world.EvictAsync(source.Metadata.Name);
        Assert.Equal(429, code);
        Assert.Contains(EvictionRule.NameOf(source), message, StringComparison.Ordinal);
        var done = await world.UntilPhase(Phases.Succeeded, EvictionRule.NameOf(source));

        Assert.Equal((MoveReasons.Eviction, source.Metadata.Uid), (done.Spec.Reason, done.Spec.PodUID));
        Assert.Equal(404, (await world.EvictAsync(source.Metadata.Name)).Code);
        Assert.Equal("cheap", Assert.Single(await world.Pods()).Spec.NodeName);
    }

    [Fact]
    public async Task Evict_BarePodThatHasJustMoved_IsAnsweredThatItIsGone()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var source = await world.RunPod("redis", on: "spot");

        Assert.Equal(429, (await world.EvictAsync("redis")).Code);
        await world.UntilPhase(Phases.Succeeded, EvictionRule.NameOf(source));

        Assert.Equal(404, (await world.EvictAsync("redis")).Code);
        Assert.Equal("cheap", Assert.Single(await world.Pods()).Spec.NodeName);
    }

    [Fact]
    public async Task Evict_MoveWasRefused_NextEvictionPasses()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var source = await world.RunPod("redis", on: "spot");
        world.Nodes.Script = new Script { SourceRefuses = new SourceStatus { State = SourceState.Refused, Reason = Reasons.IoUring, Message = "uses io_uring" } };

        Assert.Equal(429, (await world.EvictAsync("redis")).Code);
        await ControllerWorld.Eventually("the move ended", async () => Phases.IsFinal((await world.Migration(EvictionRule.NameOf(source))).Status.Phase));

        Assert.Equal(201, (await world.EvictAsync("redis")).Code);
        await ControllerWorld.Eventually("evicted", async () => (await world.Pods()).Count == 0);
    }

    [Fact]
    public async Task Evict_WithoutAController_PodIsEvicted()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");
        await world.StopControllerAsync();

        Assert.Equal(201, (await world.EvictAsync("redis")).Code);
        Assert.Empty(await world.Migrations());
    }

    [Fact]
    public async Task Evict_DryRun_StartsNothing()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");

        Assert.Equal(201, (await world.EvictAsync("redis", dryRun: true)).Code);
        Assert.Empty(await world.Migrations());
        Assert.Single(await world.Pods());
    }
}
