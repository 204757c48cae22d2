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
    public async Task Condition_PodWithAClaim_SaysThatItsClientsWait()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"));
        var csi = new V1CSIPersistentVolumeSource { Driver = "ebs.csi.aws.com", VolumeHandle = "vol-1" };
        await world.Client.CreateAsync(ApiResource.PersistentVolumes, null, new V1PersistentVolume { ApiVersion = "v1", Kind = "PersistentVolume", Metadata = new V1ObjectMeta { Name = "v1" }, Spec = new V1PersistentVolumeSpec { AccessModes = ["ReadWriteOnce"], Csi = csi } }, default);
        await world.Client.CreateAsync(ApiResource.PersistentVolumeClaims, ControllerWorld.Ns, new V1PersistentVolumeClaim { ApiVersion = "v1", Kind = "PersistentVolumeClaim", Metadata = new V1ObjectMeta { Name = "data", NamespaceProperty = ControllerWorld.Ns }, Spec = new V1PersistentVolumeClaimSpec { AccessModes = ["ReadWriteOnce"], VolumeName = "v1" } }, default);
        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "spot", new Dictionary<string, object> { ["status"] = new V1NodeStatus { VolumesAttached = [new V1AttachedVolume { Name = "kubernetes.io/csi/ebs.csi.aws.com^vol-1", DevicePath = "" }] } }, default, "status");
        await world.RunPod("db", on: "spot", p => p.Spec.Volumes = [new V1Volume { Name = "disk", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }]);
        await UntilAsync(world, "db", "False", Reasons.VolumeUnsupported);

        await world.Annotate(ApiResource.Pods, "db", Names.Reattach, "true");
        await UntilAsync(world, "db", "True", "Movable");
        Assert.Contains((await world.Pod("db"))!.Status.Conditions, c => c.Type == Names.LiveMigratable && c.Message?.Contains("clients wait", StringComparison.Ordinal) == true);
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
