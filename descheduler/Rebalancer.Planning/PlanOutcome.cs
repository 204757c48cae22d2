using Rebalancer.Model;
using Rebalancer.Planning.Placement;
using Rebalancer.Policy;

namespace Rebalancer.Planning;

/// <summary>The cluster as it will be when a plan has been carried out.</summary>
public static class PlanOutcome
{
    public static ClusterSnapshot Apply(ClusterSnapshot snapshot, MovePlan plan, PlanPolicy policy)
    {
        var targets = plan.Moves.ToDictionary(m => (m.Namespace, m.Pod, m.Uid), m => m.Target);
        var freed = plan.FreedNodes.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        return snapshot with
        {
            Nodes = [.. snapshot.Nodes.Where(n => !freed.Contains(n.Name)), .. plan.NewNodes.Where(n => policy.OfferedTypes.Contains(n.InstanceType)).Select(n => Offers.Made(snapshot, n))],
            Pods = [.. snapshot.Pods.Select(p => targets.TryGetValue((p.Namespace, p.Name, p.Uid), out var target) ? p with { NodeName = target } : p)
                .Where(p => !freed.Contains(p.NodeName))],
        };
    }

    /// <summary>Likewise a moment later: what has moved stays where it is now.</summary>
    /// <param name="settled">The outcome of the plan.</param>
    public static ClusterSnapshot AtRest(ClusterSnapshot settled, MovePlan plan)
    {
        var sources = plan.Moves.ToDictionary(m => (m.Namespace, m.Pod, m.Uid), m => m.Source);
        return settled with
        {
            Pods = [.. settled.Pods.Select(p => sources.TryGetValue((p.Namespace, p.Name, p.Uid), out var source) ? p with { Rests = "has just moved", LastSource = source } : p)],
        };
    }
}
