using k8s;
using k8s.Models;
using Rebalancer.Lab.Kubelet.Containers;
using Rebalancer.Lab.Kubelet.Pods;
using Rebalancer.Lab.Kubelet.Probes;
using Rebalancer.Lab.Kubelet.Status;
using Rebalancer.Lab.Kubelet.Volumes;

namespace Rebalancer.Lab.Kubelet;

/// <summary>Puts a kubelet together.</summary>
internal static class KubeletParts
{
    public static PodSteps Steps(
        KubeletNode node,
        IKubernetes client,
        PodRuntime runtime,
        Prober prober,
        HttpProbe http,
        KubeletLog log,
        KubeletTimes times,
        TimeProvider time,
        Func<V1Pod, CancellationToken, Task<(string Reason, string Message)?>> refusal)
    {
        var events = new EventRecorder(client, node.Name, time);
        var objects = new PodObjects(client);
        var hooks = new LifecycleHooks(runtime, http, time);
        var killer = new ContainerKiller(runtime, hooks, events, times, time);
        var mounts = new NodeMounts(node);
        var volumes = new PodVolumes(node, new ProjectedFiles(objects, node.Address), mounts, new ClaimVolumes(node, client, mounts, time), time);
        var sandboxes = new PodSandboxes(node, runtime, objects, events, times, time);
        var starter = new ContainerStarter(node, runtime, new EnvironmentVariables(objects, node.Address), new ContainerMounts(node), hooks, events);
        var statuses = new PodStatuses(node, time);
        var writer = new StatusWriter(client);
        var sync = new PodSync(runtime, sandboxes, new ContainerSync(runtime, sandboxes, starter, killer, events, time), volumes, statuses, writer);
        return new PodSteps(sync, new PodTermination(node, runtime, killer, volumes, events), runtime, statuses, writer, prober, events, log, times, time, refusal);
    }

    /// <summary>All that is known of a pod that only the runtime still has.</summary>
    public static V1Pod Orphan(string uid) => new()
    {
        Metadata = new V1ObjectMeta { Uid = uid, Name = "orphan", NamespaceProperty = "default" },
        Spec = new V1PodSpec { Containers = [] },
    };
}
