using k8s.Models;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>Finds the trees of files that a pod has on this node: what its containers wrote, its emptyDirs, and the /dev/shm that they share.</summary>
internal sealed class PodTrees(ProcFolder proc)
{
    private const string Shm = "/dev/shm";

    /// <exception cref="MoveException">A container's root file system is of a kind of which what was written cannot be told.</exception>
    public IReadOnlyList<PodTree> Of(V1Pod pod, IReadOnlyList<RuncState> containers)
    {
        var volumes = (pod.Spec.Volumes ?? []).Where(volume => volume.EmptyDir is not null).Select(volume => Volume(pod, volume));
        return [.. containers.Select(container => Layer(pod, container)), .. volumes, .. containers.Select(container => SharedMemory(pod, container)).OfType<PodTree>().Take(1)];
    }

    private PodTree Layer(V1Pod pod, RuncState container)
    {
        var mounts = Mounts(container);
        if (mounts.FirstOrDefault(mount => mount.Point == "/") is not { } root)
        {
            throw new MoveException(Reasons.PodNotRunning, $"container {container.ContainerName}: the mounts of process {container.InitPid} cannot be read");
        }
        if (root.Option("upperdir") is not { } upper)
        {
            throw new MoveException(Reasons.RuntimeUnsupported, $"container {container.ContainerName}: its root is {root.Kind}, not an overlay, so that what it wrote cannot be told");
        }
        var points = mounts.Where(mount => mount.Point.Length > 1).Select(mount => RawName.FromText(mount.Point[1..])).ToHashSet(StringComparer.Ordinal);
        return new PodTree(new TreeName(TreeKind.Layer, container.ContainerName), upper, points, $"the root file system of container {container.ContainerName} of pod {pod.Metadata.Name}");
    }

    private static PodTree Volume(V1Pod pod, V1Volume volume)
    {
        var kind = volume.EmptyDir.Medium == "Memory" ? TreeKind.Memory : TreeKind.Disk;
        return new PodTree(new TreeName(kind, volume.Name), KubeletPaths.EmptyDir(pod.Metadata.Uid, volume.Name), new HashSet<string>(), $"emptyDir {volume.Name} of pod {pod.Metadata.Name}");
    }

    /// <summary>The runtime mounts one for all containers of the pod. A volume that is mounted over it is carried as a volume.</summary>
    private PodTree? SharedMemory(V1Pod pod, RuncState container)
    {
        var isVolume = PodSpecRules.Moving(pod.Spec).First(each => each.Name == container.ContainerName).VolumeMounts?.Any(mount => mount.MountPath.TrimEnd('/') == Shm) == true;
        if (isVolume || Mounts(container).FirstOrDefault(mount => mount.Point == Shm) is not { Kind: "tmpfs" }) { return null; }
        return new PodTree(new TreeName(TreeKind.SharedMemory, "pod"), ShmPath.Of(container.Bundle), new HashSet<string>(), $"{Shm} of pod {pod.Metadata.Name}");
    }

    private List<MountLine> Mounts(RuncState container) => [.. proc.Lines(container.InitPid, "mountinfo").Select(MountLine.Parse).OfType<MountLine>()];
}
