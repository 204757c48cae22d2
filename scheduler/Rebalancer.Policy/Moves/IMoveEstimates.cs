using Rebalancer.Model;

namespace Rebalancer.Policy.Moves;

/// <summary>What moving a pod is expected to take.</summary>
public interface IMoveEstimates
{
    MoveEstimate Of(PodInfo pod);
}

/// <param name="FreezeSeconds">The pod stands still, &gt;= 0.</param>
/// <param name="Bytes">Sent from node to node, &gt;= 0.</param>
/// <param name="FailureShare">Moves that fail so that the pod is lost, 0 to 1.</param>
public readonly record struct MoveEstimate(double FreezeSeconds, long Bytes, double FailureShare);

/// <summary>For workloads that have never moved: from what the pod asks for.</summary>
public sealed class SizeEstimates : IMoveEstimates
{
    /// <summary>Median freeze in this project's own measurements, Redis of 64 MB to 4 GB, rounded up.</summary>
    private const double FreezeSeconds = 0.35;

    /// <summary>An assumption, not measured: what clouds take to detach a volume and to attach it elsewhere.</summary>
    private const double ReattachSeconds = 30;
    private const double FailureShare = 0.01;

    /// <summary>For pods that ask for no memory.</summary>
    private const long UnknownBytes = 256L << 20;

    public MoveEstimate Of(PodInfo pod)
        => new(FreezeSeconds + (pod.Claims.IsEmpty ? 0 : ReattachSeconds), pod.Requests[ResourceSet.Memory].Units is > 0 and var asked ? asked : UnknownBytes, FailureShare);
}
