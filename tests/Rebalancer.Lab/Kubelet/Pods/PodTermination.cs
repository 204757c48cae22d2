using k8s.Models;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Kubelet.Containers;
using Rebalancer.Lab.Kubelet.Volumes;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Ends a pod and removes what it had on the node.</summary>
internal sealed class PodTermination(KubeletNode node, PodRuntime runtime, ContainerKiller killer, PodVolumes volumes, EventRecorder events)
{
    /// <summary>Kills the containers (all at once), then the sandbox with its network.</summary>
    public async Task KillAsync(V1Pod pod, int graceSeconds, CancellationToken cancel)
    {
        var observation = await runtime.ObserveAsync(pod.Uid(), cancel);
        await Task.WhenAll(observation.Running.Select(async container =>
        {
            await events.RecordAsync(pod, "Normal", "Killing", $"Stopping container {container.Metadata.Name}", cancel);
            var spec = pod.Spec?.Containers.FirstOrDefault(candidate => candidate.Name == container.Metadata.Name);
            await killer.KillAsync(pod, spec, container.Id, graceSeconds, observation.Address, cancel);
        }));
        foreach (var sandbox in observation.Sandboxes)
        {
            await runtime.StopSandboxAsync(sandbox.Id, cancel);
        }
    }

    /// <summary>Removes records, volumes and the cgroup with whatever still is in it. A real kubelet removes the records some time later.</summary>
    public async Task RemoveAsync(V1Pod pod, CancellationToken cancel)
    {
        var observation = await runtime.ObserveAsync(pod.Uid(), cancel);
        foreach (var sandbox in observation.Sandboxes)
        {
            await runtime.RemoveSandboxAsync(sandbox.Id, cancel);
        }

        await volumes.RemoveAsync(pod.Uid(), cancel);
        foreach (var cgroup in PodPaths.Cgroups(node.CgroupParent, pod))
        {
            await new CgroupTree(cgroup).RemoveAsync(cancel);
        }
    }
}
