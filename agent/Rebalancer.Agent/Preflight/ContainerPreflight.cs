using k8s.Models;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Looks at one running container of a pod. Changes nothing.</summary>
internal sealed class ContainerPreflight(ProcFolder proc, TimeProvider clock)
{
    /// <returns>Its processes.</returns>
    /// <exception cref="MoveException">It holds what cannot move.</exception>
    public IReadOnlyList<int> Check(V1Pod pod, V1Container container, RuncState state, RuncState? sandbox)
    {
        var cgroup = ContainerCgroup.TryOpen(state.CgroupPath, clock)
            ?? throw new MoveException(Reasons.RuntimeUnsupported, $"container {state.ContainerName}: {state.CgroupPath} is no cgroup with a freezer");
        var pids = cgroup.Pids();
        Refusal.Throw(new ProcessRules(proc).Check(state, sandbox, pids, Mounts(pod, container, PodSpecRules.IsProvidedByKubelet)));
        Refusal.Throw(VolumeMounts.Check(state.ContainerName, Mounts(pod, container, volume => volume.PersistentVolumeClaim is not null), proc.Lines(state.InitPid, "mountinfo")));
        _ = new WatchPaths(proc).Of(state, pids);
        return pids;
    }

    private static List<string> Mounts(V1Pod pod, V1Container container, Func<V1Volume, bool> kind)
    {
        var volumes = (pod.Spec.Volumes ?? []).Where(kind).Select(volume => volume.Name).ToHashSet(StringComparer.Ordinal);
        return [.. (container.VolumeMounts ?? []).Where(mount => volumes.Contains(mount.Name)).Select(mount => mount.MountPath)];
    }
}
