using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Says whether this node can take a pod. Changes nothing.</summary>
internal sealed class TargetPreflight(AgentOptions options, CriuVersion criu)
{
    /// <summary>What does not depend on the pod.</summary>
    /// <exception cref="MoveException">The node cannot; the reason is typed.</exception>
    public async Task<NodeCpu> CheckAsync(CancellationToken cancellation)
    {
        await criu.RequireReadyAsync(cancellation);
        if (!File.Exists(NodePaths.RuncWrapper)) { throw new MoveException(Reasons.RuntimeUnsupported, $"node {options.Node}: {NodePaths.RuncWrapper} is missing"); }
        return CpuFeatures.Read(ProcFolder.Text("/proc/cpuinfo"));
    }

    /// <exception cref="MoveException">This node's kernel does not let processes map so much.</exception>
    public void RequireAddressSpace(MappedMemory mapped) => Refusal.Throw(OvercommitRoom.Check(mapped, options.Node));

    /// <exception cref="MoveException">No room for a checkpoint of this size, or for files of this size on disk.</exception>
    public void RequireRoom(long memoryBytes, long filesBytes)
    {
        if ((new MemoryRoom().Check(memoryBytes, options.Node) ?? DiskRoom.Check(filesBytes, options.Node)) is { } refusal) { throw new MoveException(refusal.Reason, refusal.Message); }
    }
}
