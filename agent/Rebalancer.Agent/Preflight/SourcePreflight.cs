using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Network;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Looks at a pod on this node and says whether it can leave. Changes nothing.</summary>
internal sealed class SourcePreflight(AgentOptions options, IClusterApi api, INodeNetwork network, CriuVersion criu, ProcFolder proc, TimeProvider clock)
{
    private static readonly TimeSpan FillLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FillPause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="MoveException">It cannot: the reason is typed.</exception>
    public async Task<SourceFacts> CheckAsync(Migration migration, CancellationToken cancellation)
    {
        var pod = await PodAsync(migration, cancellation);
        Refusal.Throw(PodSpecRules.Check(pod));
        await criu.RequireReadyAsync(cancellation);
        if (!File.Exists(NodePaths.RuncWrapper)) { throw new MoveException(Reasons.RuntimeUnsupported, $"node {options.Node}: {NodePaths.RuncWrapper} is missing"); }
        var running = new PodContainers(options.ContainerdRoot, proc).Of(pod.Metadata.Uid);
        var sandbox = running.FirstOrDefault(each => each.ContainerType == "sandbox");
        var looked = new List<(RuncState State, IReadOnlyList<int> Pids)>();
        foreach (var container in PodSpecRules.Moving(pod.Spec))
        {
            var state = Running(running, container, pod);
            looked.Add((state, new ContainerPreflight(proc, clock).Check(pod, container, state, sandbox)));
        }
        Refusal.Throw(Stranger(running, pod));
        await WholeAsync([.. looked.SelectMany(each => each.Pids)], cancellation);
        Refusal.Throw(new UnixSockets(proc).Check(looked));
        IReadOnlyList<RuncState> containers = [.. looked.Select(each => each.State)];
        var files = new PodTrees(proc).Of(pod, containers);
        var sizes = FileRules.Check(files);
        // On their way files of memory lie there twice: staged, and in their place.
        var memoryBytes = looked.Sum(each => MemoryBytes(each.Pids)) + (2 * sizes.MemoryBytes);
        Refusal.Throw(new MemoryRoom().Check(memoryBytes, options.Node));
        return new SourceFacts(containers, await DescribeAsync(containers[0], cancellation), memoryBytes, Mapped(looked.SelectMany(each => each.Pids)), CpuFeatures.Read(ProcFolder.Text("/proc/cpuinfo")), files, sizes.DiskBytes, pod.Metadata.OwnerReferences?.Any(owner => owner.Controller == true && OwnerKinds.LetsGoByLabel(owner.Kind)) == true, running.All(each => each.IsWrapped));
    }

    /// <summary>The same processes as at preflight? A container that was restarted in place is another one.</summary>
    /// <returns>Null, or the first that is not there any more.</returns>
    public RuncState? Changed(SourceFacts facts) => facts.Containers.FirstOrDefault(each => !new PodContainers(options.ContainerdRoot, proc).IsAlive(each));

    private async Task<V1Pod> PodAsync(Migration migration, CancellationToken cancellation)
    {
        var (space, name) = (migration.Metadata.NamespaceProperty, migration.Spec.PodName);
        var pod = await api.ReadPodAsync(space, name, cancellation) ?? throw new MoveException(Reasons.PodNotFound, $"pod {space}/{name} does not exist");
        var wanted = migration.Status.PodUID ?? migration.Spec.PodUID;
        if (!string.IsNullOrEmpty(wanted) && pod.Metadata.Uid != wanted) { throw new MoveException(Reasons.PodReplaced, $"pod {space}/{name} has UID {pod.Metadata.Uid}, not {wanted}"); }
        if (pod.Spec.NodeName != options.Node) { throw new MoveException(Reasons.PodReplaced, $"pod {space}/{name} runs on node {pod.Spec.NodeName}, not on {options.Node}"); }
        return pod;
    }

    private static RuncState Running(IReadOnlyList<RuncState> running, V1Container container, V1Pod pod) =>
        running.FirstOrDefault(each => each.ContainerType == "container" && each.ContainerName == container.Name)
            ?? throw new MoveException(Reasons.PodNotRunning, $"container {container.Name} of pod {pod.Metadata.Name} ({pod.Metadata.Uid}) does not run on this node");

    /// <summary>A container that still runs although it is none of those that move: an init container that the kubelet has started again.</summary>
    private static Refusal? Stranger(IReadOnlyList<RuncState> running, V1Pod pod)
    {
        var names = PodSpecRules.Moving(pod.Spec).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        return running.FirstOrDefault(each => each.ContainerType == "container" && !names.Contains(each.ContainerName)) is { } stranger
            ? new(Reasons.PodNotRunning, $"container {stranger.ContainerName} of pod {pod.Metadata.Name} runs, which is none of those that run as long as the pod") : null;
    }

    /// <summary>A pod that has come by a move runs before all of its memory is filled, which takes a moment more.</summary>
    private async Task WholeAsync(IReadOnlyList<int> pids, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        while (pids.FirstOrDefault(pid => MemoryMap.ReadWithFlags(pid).Any(area => area.HasFault)) is var pid and not 0)
        {
            if (clock.GetElapsedTime(start) > FillLimit) { throw new MoveException(Reasons.MemoryArriving, $"memory of process {pid} is filled through a userfaultfd, and was not whole after {FillLimit.TotalSeconds} s"); }
            await Task.Delay(FillPause, clock, cancellation);
        }
    }

    private long MemoryBytes(IEnumerable<int> pids) =>
        pids.Sum(pid => proc.KilobyteLine(pid, "status", "RssAnon") + proc.KilobyteLine(pid, "status", "RssShmem") + proc.KilobyteLine(pid, "status", "VmSwap"));

    private static MappedMemory Mapped(IEnumerable<int> pids) =>
        pids.Select(pid => MappedMemory.Of(MemoryMap.ReadWithFlags(pid))).Aggregate(default(MappedMemory), (sum, each) => sum.And(each));

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
}
