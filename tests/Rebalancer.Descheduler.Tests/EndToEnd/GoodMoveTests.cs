using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

public sealed class GoodMoveTests
{
    [Fact]
    public async Task Move_PodOfReplicaSet_ReplacementOnCheapestNodeTakesOver()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("dear", "0.20"), ("cheap", "0.05"));
        var source = await world.RunReplicaSet("redis", on: "spot");

        await world.MoveAsync(source.Metadata.Name);
        var done = await world.UntilPhase(Phases.Succeeded);

        Assert.Equal(Decision.Committed, done.Status.Decision);
        Assert.Equal("spot", done.Status.SourceNode);
        Assert.Equal("cheap", done.Status.TargetNode);
        Assert.Equal("spot", done.Metadata.Labels[Names.SourceNodeLabel]);
        Assert.Equal("cheap", done.Metadata.Labels[Names.TargetNodeLabel]);
        var pod = Assert.Single(await world.Pods());
        Assert.Equal(done.Status.Claim!.PodUID, pod.Metadata.Uid);
        Assert.Equal("cheap", pod.Spec.NodeName);
        Assert.Equal(Names.RuntimeHandler, pod.Spec.RuntimeClassName);
        Assert.Equal("move", PodMapping.Annotation(pod, Names.MigrationAnnotation));
        Assert.Empty(world.Nodes.Violations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Move_BarePod_CreatedAgainOnTargetUnderItsName(bool gate)
    {
        await using var world = await ControllerWorld.StartAsync();
        world.Nodes.Script = new Script { Gate = gate };
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var source = await world.RunPod("redis", on: "spot");

        await world.MoveAsync("redis");
        var done = await world.UntilPhase(Phases.Succeeded);

        var pod = Assert.Single(await world.Pods());
        Assert.Equal("redis", pod.Metadata.Name);
        Assert.NotEqual(source.Metadata.Uid, pod.Metadata.Uid);
        Assert.Equal("cheap", pod.Spec.NodeName);
        Assert.Equal(source.Metadata.Labels["app"], pod.Metadata.Labels["app"]);
        Assert.Equal(done.Status.Claim!.PodUID, pod.Metadata.Uid);
        Assert.Equal(done.Status.Claim.Token, PodMapping.Annotation(pod, Names.ClaimAnnotation));
        Assert.Equal(gate, done.Status.Owner!.Gate);
        Assert.Empty(world.Nodes.Violations);
    }

    [Fact]
    public async Task Move_Finished_FinalizerIsGoneAndDeletionIsImmediate()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await world.RunPod("redis", on: "spot");
        await world.MoveAsync("redis");
        await world.UntilPhase(Phases.Succeeded);
        await ControllerWorld.Eventually("finalizer removed", async () => (await world.Migration()).Metadata.Finalizers is null or { Count: 0 });

        var migration = await world.Migration();
        await world.Client.DeleteAsync(ApiResource.Migrations, ControllerWorld.Ns, "move", migration.Metadata.Uid, null, default);

        Assert.Empty(await world.Migrations());
    }
}
