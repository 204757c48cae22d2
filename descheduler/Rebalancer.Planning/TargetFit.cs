using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning;

/// <summary>Which nodes of a snapshot a pod may move to, with what this choice has given away so far.</summary>
internal sealed class TargetFit
{
    private readonly ClusterIndex index;
    private readonly Occupancy state;

    public TargetFit(ClusterSnapshot snapshot, ImmutableArray<PodInfo> pods)
    {
        index = new ClusterIndex(snapshot, pods);
        state = new Occupancy(index);
    }

    /// <summary>From now on the pod counts there as well as where it runs.</summary>
    public void Take(string node, PodInfo pod) => state.Place(index.PodNumber(pod), index.NodeNumber(node));

    public bool CpuMayGoOn(PodInfo pod, NodeInfo node)
        => index.NodeNumber(pod.NodeName) is not (>= 0 and var source) || CpuCompatibility.MayGoOn(index.Nodes[source].Machine, node.Machine);

    public Rejection? Check(PodInfo pod, NodeInfo node)
    {
        var (number, source, target) = (index.PodNumber(pod), index.NodeNumber(pod.NodeName), index.NodeNumber(node.Name));
        // A pod that the snapshot lacks holds nothing at its source that could be taken away.
        var kind = MoveRules.Check(index, state, number, target == source || index.Holds(number) ? source : ClusterIndex.NoNode, target);
        return kind == RejectionKind.None ? null : MoveRules.Describe(index, state, number, source, target, kind);
    }
}
