using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Network;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Looks at a pod on this node and says whether it can leave. Changes nothing.</summary>
internal sealed class SourcePreflight(AgentOptions options, IClusterApi api, INodeNetwork network, CriuVersion criu, ProcFolder proc, TimeProvider clock)
{
    /// <exception cref="MoveException">It cannot: the reason is typed.</exception>
    public async Task<SourceFacts> CheckAsync(Migration migration, CancellationToken cancellation)
    {
        var pod = await PodAsync(migration, cancellation);
        Refuse(PodSpecRules.Check(pod));
        await criu.RequireAsync(cancellation);
        if (!File.Exists(NodePaths.RuncWrapper)) { throw new MoveException(Reasons.RuntimeUnsupported, $"node {options.Node}: {NodePaths.RuncWrapper} is missing"); }
        var containers = new PodContainers(options.ContainerdRoot, proc).Of(pod.Metadata.Uid);
        var container = OneOf(containers, pod);
        var sandbox = containers.FirstOrDefault(each => each.ContainerType == "sandbox");
        var cgroup = ContainerCgroup.TryOpen(container.CgroupPath, clock)
            ?? throw new MoveException(Reasons.RuntimeUnsupported, $"container {container.ContainerName}: {container.CgroupPath} is no cgroup with a freezer");
        var pids = cgroup.Pids();
        Refuse(new ProcessRules(proc).Check(container, sandbox, pids, KubeletMounts(pod)));
        var files = new PodTrees(proc).Of(pod, [container]);
        var sizes = FileRules.Check(files);
        // On their way files of memory lie there twice: staged, and in their place.
        var memoryBytes = MemoryBytes(pids) + (2 * sizes.MemoryBytes);
        Refuse(new MemoryRoom().Check(memoryBytes, options.Node));
        return new SourceFacts(container, await DescribeAsync(container, cancellation), memoryBytes, CpuFeatures.Read(ProcFolder.Text("/proc/cpuinfo")), files, sizes.DiskBytes);
    }

    /// <summary>The same processes as at preflight? A container that was restarted in place is another one.</summary>
    public bool IsUnchanged(SourceFacts facts) => new PodContainers(options.ContainerdRoot, proc).IsAlive(facts.Container);

    private async Task<V1Pod> PodAsync(Migration migration, CancellationToken cancellation)
    {
        var (space, name) = (migration.Metadata.NamespaceProperty, migration.Spec.PodName);
        var pod = await api.ReadPodAsync(space, name, cancellation) ?? throw new MoveException(Reasons.PodNotFound, $"pod {space}/{name} does not exist");
        var wanted = migration.Status.PodUID ?? migration.Spec.PodUID;
        if (!string.IsNullOrEmpty(wanted) && pod.Metadata.Uid != wanted) { throw new MoveException(Reasons.PodReplaced, $"pod {space}/{name} has UID {pod.Metadata.Uid}, not {wanted}"); }
        if (pod.Spec.NodeName != options.Node) { throw new MoveException(Reasons.PodReplaced, $"pod {space}/{name} runs on node {pod.Spec.NodeName}, not on {options.Node}"); }
        return pod;
    }

    private static RuncState OneOf(IReadOnlyList<RuncState> containers, V1Pod pod)
    {
        var running = containers.Where(each => each.ContainerType == "container").ToList();
        return running.Count switch
        {
            0 => throw new MoveException(Reasons.PodNotRunning, $"pod {pod.Metadata.Name} ({pod.Metadata.Uid}) has no running container on this node"),
            1 => running[0],
            _ => throw new MoveException(Reasons.SeveralContainers, $"pod {pod.Metadata.Name} runs {running.Count} containers on this node; one can be moved"),
        };
    }

    private static List<string> KubeletMounts(V1Pod pod)
    {
        var provided = (pod.Spec.Volumes ?? []).Where(PodSpecRules.IsProvidedByKubelet).Select(volume => volume.Name).ToHashSet(StringComparer.Ordinal);
        return [.. (pod.Spec.Containers[0].VolumeMounts ?? []).Where(mount => provided.Contains(mount.Name)).Select(mount => mount.MountPath)];
    }

    private long MemoryBytes(IEnumerable<int> pids) =>
        pids.Sum(pid => proc.KilobyteLine(pid, "status", "RssAnon") + proc.KilobyteLine(pid, "status", "RssShmem") + proc.KilobyteLine(pid, "status", "VmSwap"));

    private async Task<PodNetwork> DescribeAsync(RuncState container, CancellationToken cancellation)
    {
        try
        {
            return await network.DescribeAsync(container.InitPid, cancellation);
        }
        catch (NetworkUnsupportedException e)
        {
            throw new MoveException(Reasons.NetworkUnsupported, e.Message, inner: e);
        }
    }

    private static void Refuse(Refusal? refusal)
    {
        if (refusal is not null) { throw new MoveException(refusal.Reason, refusal.Message); }
    }
}
