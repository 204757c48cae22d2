using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Network;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>What preflight found about the pod that is to leave. Pins the very processes: container id, pid and start time.</summary>
/// <param name="Containers">In the order in which kubelet starts them.</param>
/// <param name="MemoryBytes">What a checkpoint will hold at least: anonymous and shared memory, swapped parts included.</param>
/// <param name="Mapped">Of all processes together.</param>
/// <param name="Files">What the pod's containers wrote, and its emptyDirs.</param>
/// <param name="FilesBytes">Of <paramref name="Files"/> on disk; those in memory are part of <paramref name="MemoryBytes"/>.</param>
/// <param name="IsReplacedFirst">Its owner makes another pod before it goes; the copy of one that keeps its name is only made after the commit.</param>
internal sealed record SourceFacts(IReadOnlyList<RuncState> Containers, PodNetwork Network, long MemoryBytes, MappedMemory Mapped, NodeCpu Cpu, IReadOnlyList<PodTree> Files, long FilesBytes, bool IsReplacedFirst)
{
    /// <summary>For messages.</summary>
    public string Names => string.Join(", ", Containers.Select(each => each.ContainerName));
}
