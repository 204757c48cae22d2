using k8s.Models;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>A node goes away, and no other takes its pods.</summary>
public sealed class CapacityTests
{
    [Fact]
    public async Task Interruption_NoRoomAnywhere_RoomIsAskedForAndTakenWhenItComes()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.10"));
        await world.Client.CreateAsync(ApiResource.PriorityClasses, null, new V1PriorityClass { ApiVersion = "scheduling.k8s.io/v1", Kind = "PriorityClass", Metadata = new V1ObjectMeta { Name = Placeholder.PriorityClass }, Value = -5, PreemptionPolicy = "Never" }, default);
        var pod = await world.RunPod("redis", on: "spot");
        await world.Annotate(ApiResource.Nodes, "spot", Names.TerminatesAt, TimeProvider.System.GetUtcNow().AddMinutes(2).ToString("O"));

        V1Pod? placeholder = null;
        await ControllerWorld.Eventually("a placeholder that is pending", async () => (placeholder = (await world.Pods()).FirstOrDefault(Placeholder.Is)) is { Spec.NodeName: null or "" });
        Assert.True(placeholder!.Spec.Priority < 0);

        await world.CreateNodes(("new", "0.10"));

        await world.UntilPhase(Phases.Succeeded, "evacuate-" + pod.Metadata.Uid);
        Assert.Equal("new", (await world.Pod("redis"))?.Spec.NodeName);
        await ControllerWorld.Eventually("the placeholder is gone", async () => !(await world.Pods()).Any(Placeholder.Is));
    }
}
