using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Whether a running pod may move to a node: our own rules, then kube-scheduler's, twice. While the pod moves it counts on both nodes, since the scheduler
/// places its copy while it still runs; and when it has moved, its rules must hold without what it left behind.
/// </summary>
public static class MoveRules
{
    /// <summary>The pod counts at its source, and still does afterwards. A source of -1 is none that is known.</summary>
    public static RejectionKind Check(ClusterIndex index, Occupancy state, int pod, int source, int node)
    {
        if (node == source)
        {
            return RejectionKind.IsSource;
        }

        if (Availability(index.Nodes[node]) is var own and not RejectionKind.None)
        {
            return own;
        }

        if (state.CheckCopy(pod, source, node) is var during and not RejectionKind.None)
        {
            return during;
        }

        if (source < 0)
        {
            return RejectionKind.None;
        }

        state.Remove(pod, source);
        var after = state.Check(pod, node);
        state.Place(pod, source);
        return after;
    }

    /// <summary>Whether anything may be sent to the node at all.</summary>
    public static RejectionKind Availability(NodeInfo node)
        => node.Doomed ? RejectionKind.Doomed
            : !node.Ready ? RejectionKind.Unready
            : string.IsNullOrEmpty(node.AgentEndpoint) ? RejectionKind.AgentMissing
            : RejectionKind.None;

    public static Rejection Describe(ClusterIndex index, Occupancy state, int pod, int source, int node, RejectionKind kind)
    {
        var info = index.Nodes[node];
        var detail = kind switch
        {
            RejectionKind.IsSource => "the pod runs there already",
            RejectionKind.Doomed when info.TerminatesAt is { } end => $"terminates at {end:O}",
            RejectionKind.Doomed => info.Interrupted ? "announced to be interrupted" : "cordoned",
            RejectionKind.Unready => "not Ready",
            RejectionKind.AgentMissing => "no agent runs there",
            RejectionKind.LastSource => "the pod left it not long ago",
            RejectionKind.SpotRisk => "interruptions are more likely there than the policy allows",
            RejectionKind.CpuClass when source >= 0 => CpuCompatibility.Explain(index.Nodes[source].Machine, info.Machine),
            _ => state.Explain(pod, node, kind),
        };
        return new Rejection(info.Name, kind, detail);
    }
}
