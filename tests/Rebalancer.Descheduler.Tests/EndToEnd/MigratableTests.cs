using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>A user sees beforehand what can move and why not.</summary>
public sealed class MigratableTests
{
    [Fact]
    public async Task Condition_PodsThatCanMoveAndCannot_SaysSoAndIsKeptCurrent()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"));
        await world.RunPod("redis", on: "spot");
        await world.RunPod("host", on: "spot", p => p.Spec.HostPID = true);

        await UntilAsync(world, "redis", "True", "Movable");
        await UntilAsync(world, "host", "False", Reasons.HostNamespace);
        Assert.Contains((await world.Pod("redis"))!.Status.Conditions, c => c is { Type: "Ready", Status: "True" });

        await world.Annotate(ApiResource.Pods, "redis", Names.Migratable, "false");
        await UntilAsync(world, "redis", "False", Reasons.OptedOut);
    }

    [Fact]
    public async Task Condition_AgentComes_PodsOfItsNodeBecomeMovable()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"));
        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "spot", AgentEndpoint(null), default);
        await world.RunPod("redis", on: "spot");
        await UntilAsync(world, "redis", "False", Reasons.AgentMissing);

        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "spot", AgentEndpoint("spot:9551"), default);
        await UntilAsync(world, "redis", "True", "Movable");
    }

    private static Dictionary<string, object> AgentEndpoint(string? value)
        => new() { ["metadata"] = new Dictionary<string, object> { ["annotations"] = new Dictionary<string, string?> { [Names.AgentEndpoint] = value } } };

    private static Task UntilAsync(ControllerWorld world, string pod, string status, string reason)
        => ControllerWorld.Eventually($"{pod} LiveMigratable={status} ({reason})", async () =>
            (await world.Pod(pod))?.Status.Conditions?.FirstOrDefault(c => c.Type == Names.LiveMigratable) is { } condition && (condition.Status, condition.Reason) == (status, reason));
}
