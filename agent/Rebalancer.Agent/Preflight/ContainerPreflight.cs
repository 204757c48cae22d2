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
        Refusal.Throw(FilledEmptyDir(pod, container, state));
        Refusal.Throw(new WritableLayer(proc).Check(state));
        return pids;
    }

    private static List<string> Mounts(V1Pod pod, V1Container container, Func<V1Volume, bool> kind)
    {
        var volumes = (pod.Spec.Volumes ?? []).Where(kind).Select(volume => volume.Name).ToHashSet(StringComparer.Ordinal);
        return [.. (container.VolumeMounts ?? []).Where(mount => volumes.Contains(mount.Name)).Select(mount => mount.MountPath)];
    }

    /// <summary>A socket's file is made again when the socket is restored.</summary>
    private Refusal? FilledEmptyDir(V1Pod pod, V1Container container, RuncState state)
    {
        foreach (var mount in Mounts(pod, container, volume => volume.EmptyDir is not null))
        {
            var content = FileTree.Walk(proc.PathOf(state.InitPid, "root") + mount).FirstOrDefault(path => FileTree.Status(path) is { IsFolder: false, IsSocket: false });
            if (content is not null) { return new(Reasons.VolumeUnsupported, $"the emptyDir at {mount} of container {container.Name} of pod {pod.Metadata.Name} holds {Path.GetFileName(content)}; only an empty one can be moved"); }
        }
        return null;
    }
}
