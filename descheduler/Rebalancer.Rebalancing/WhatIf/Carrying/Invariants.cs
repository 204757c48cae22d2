using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.WhatIf.Clusters;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>What must hold whatever happens, looked at apart from the code that sees to it.</summary>
internal sealed class Invariants(RebalanceRules rules, TimeProvider clock)
{
    private DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The last of the running moves has just begun: a window is open, and no budget is exceeded.</summary>
    public void AfterBegin(IReadOnlyList<RunningMove> running, SimulatedCluster cluster)
    {
        var begun = running[^1];
        var allowance = BudgetCalendar.At(rules.Budgets, begun.Reason, Now, cluster.Nodes.Count, cluster.Pods.Count);
        var name = $"pod {begun.Pod.FullName}";
        Must(!allowance.IsClosed, name, $"moves outside of windows: {allowance.ClosedBecause}");
        Must(!(running.Count > allowance.Pods), name, $"moves as one of {running.Count}, and the budgets allow {allowance.Pods} pods");
        // A node that others leave already is no further one, also where the budgets have shrunk since.
        var (nodes, isFurther) = (running.Select(m => m.Source).Distinct().Count(), running.Count(m => m.Source == begun.Source) == 1);
        Must(!isFurther || !(nodes > allowance.Nodes), name, $"moves from one of {nodes} nodes, and the budgets allow {allowance.Nodes}");
        Must(running.Count <= rules.Plan.Limits.AtOnce, name, $"moves as one of {running.Count}, and the policy allows {rules.Plan.Limits.AtOnce}");
        Must(begun.Source != begun.Target, name, "moves to where it is");
        foreach (var budget in cluster.Disruptions.Of(begun.Pod.Template))
        {
            var count = running.Count(m => cluster.Disruptions.Of(m.Pod.Template).Contains(budget));
            Must(count == 1, name, $"is one of {count} pods of PodDisruptionBudget {cluster.Disruptions.Now(budget).FullName} that move at once");
        }
    }

    /// <summary>A moved pod would be let in where it is, by every rule but those that only count when it comes: what spreads pods may have changed since.</summary>
    public void AfterCommit(SimulatedPod pod, SimulatedCluster cluster)
    {
        var node = pod.Node!;
        cluster.Room.Remove(pod.Number, node.Number);
        var kind = cluster.Room.Check(pod.Number, node.Number);
        cluster.Room.Place(pod.Number, node.Number);
        Must(kind is RejectionKind.None or RejectionKind.TopologySpread or RejectionKind.PodAffinity, $"pod {pod.FullName}", $"was moved to {node.Info.Name}, which does not take it: {kind}");
    }

    /// <summary>Every pod is in one place, or in two while it moves; and nodes hold what their pods ask for, and no more than they have.</summary>
    public void Whole(SimulatedCluster cluster)
    {
        var (places, held) = (0, 0);
        foreach (var pod in cluster.Pods.Values)
        {
            places += (pod.Node is null ? 0 : 1) + (pod.Target is null ? 0 : 1);
            if (Misplaced(pod, cluster) is { } what) { Must(false, $"pod {pod.FullName}", what); }
        }

        foreach (var node in cluster.Nodes.Values) { held += node.Pods.Count; }
        Must(places == held, "the cluster", $"pods are in {places} places, and nodes hold {held}");
        foreach (var node in cluster.Nodes.Values)
        {
            if (Miscounted(node, cluster.Room) is { } what) { Must(false, $"node {node.Info.Name}", what); }
        }

        _ = cluster.Bill.Usd(Now, cluster.Nodes.Values);
    }

    /// <summary>Null where all is well: each step looks at every pod and node, and text takes longer than looking.</summary>
    private static string? Misplaced(SimulatedPod pod, SimulatedCluster cluster)
        => pod.Node is { } node && !Is(pod, node, cluster) ? $"is to be on node {node.Info.Name}, which does not have it"
            : pod.Target is { } target && (pod.Node is null || !Is(pod, target, cluster)) ? $"is to move to node {target.Info.Name}, which does not expect it"
            : pod.Info.NodeName != (pod.Node?.Info.Name ?? "") ? $"says that it is on node '{pod.Info.NodeName}'"
            : null;

    private static string? Miscounted(SimulatedNode node, Room room)
    {
        var index = room.Index;
        for (var r = 0; r < index.ResourceCount; r++)
        {
            var asked = 0L;
            foreach (var pod in node.Pods) { asked += index.Requests[pod.Number * index.ResourceCount + r]; }
            var free = index.Allocatable[node.Number * index.ResourceCount + r] - asked;
            if (room.Free(node.Number, r) != free) { return $"has {free} of {index.ResourceNames[r]} left, and {room.Free(node.Number, r)} by the books"; }
        }

        return room.PodCount(node.Number) == node.Pods.Count ? null : $"holds {node.Pods.Count} pods, and {room.PodCount(node.Number)} by the books";
    }

    private static bool Is(SimulatedPod pod, SimulatedNode node, SimulatedCluster cluster) => !node.IsGone && node.Pods.Contains(pod) && cluster.Nodes.GetValueOrDefault(node.Info.Name) == node;

    private void Must(bool holds, string item, string what)
    {
        if (!holds) { throw new SimulationBrokenException(item, Now, what); }
    }
}
