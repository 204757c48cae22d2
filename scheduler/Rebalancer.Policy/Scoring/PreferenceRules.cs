using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Policy.Scoring;

/// <summary>How much less than it could a pod gets of what it would rather have, from 0 (everything) up in Kubernetes' weights.</summary>
internal static class PreferenceRules
{
    /// <summary>A soft taint counts as a preference of full weight, since kube-scheduler has no weight for it.</summary>
    private const int SoftTaintWeight = 100;

    public static bool HasSoftTaints(NodeInfo node) => node.Taints.Any(t => t.Effect == "PreferNoSchedule");

    /// <summary>Preferred nodes, and taints of effect PreferNoSchedule.</summary>
    public static double MissedOfNode(Placement placement, NodeInfo node)
    {
        var missed = (double)SoftTaintWeight * NodeRules.SoftTaints(placement, node);
        foreach (var preferred in placement.Preferences.Nodes)
        {
            missed += preferred.Term.Matches(node) ? 0 : preferred.Weight;
        }

        return missed;
    }

    /// <param name="found">A pod that the wish is about runs in the node's domain.</param>
    public static double MissedOfNeighbours(PreferredPods preferred, bool found)
        => preferred.Weight > 0 ? (found ? 0 : preferred.Weight) : (found ? -preferred.Weight : 0);
}
