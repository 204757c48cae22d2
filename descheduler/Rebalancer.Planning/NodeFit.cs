using Rebalancer.Model;

namespace Rebalancer.Planning;

/// <summary>Whether a node may take a pod, checked in a fixed order so that the reason is the same every time.</summary>
internal static class NodeFit
{
    public static Rejection? Check(NodeRoom room, PodInfo pod, NodeInfo node)
        => Availability(pod, node) ?? Constraints(pod, node) ?? Neighbours(room, pod, node) ?? Room(room, pod, node);

    private static Rejection? Availability(PodInfo pod, NodeInfo node)
    {
        if (node.Name == pod.NodeName)
        {
            return new Rejection(node.Name, RejectionKind.IsSource, "the pod runs there already");
        }

        if (node.TerminatesAt is { } end)
        {
            return new Rejection(node.Name, RejectionKind.Doomed, $"terminates at {end:O}");
        }

        if (node.Interrupted || node.Unschedulable)
        {
            return new Rejection(node.Name, RejectionKind.Doomed, node.Interrupted ? "announced to be interrupted" : "cordoned");
        }

        if (!node.Ready)
        {
            return new Rejection(node.Name, RejectionKind.Unready, "not Ready");
        }

        return string.IsNullOrEmpty(node.AgentEndpoint) ? new Rejection(node.Name, RejectionKind.AgentMissing, "no agent runs there") : null;
    }

    private static Rejection? Constraints(PodInfo pod, NodeInfo node)
    {
        var placement = pod.Placement;
        foreach (var taint in node.Taints.Where(t => t.Effect is "NoSchedule" or "NoExecute"))
        {
            if (!placement.Tolerations.Any(t => t.Tolerates(taint)))
            {
                return new Rejection(node.Name, RejectionKind.Taint, $"taint {taint.Key}={taint.Value}:{taint.Effect} is not tolerated");
            }
        }

        foreach (var (key, value) in placement.NodeSelector.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (node.Labels.GetValueOrDefault(key) != value)
            {
                return new Rejection(node.Name, RejectionKind.NodeSelector, $"nodeSelector {key}={value}, the node has '{node.Labels.GetValueOrDefault(key)}'");
            }
        }

        return placement.NodeTerms.IsEmpty || placement.NodeTerms.Any(t => Matches(t, node))
            ? null
            : new Rejection(node.Name, RejectionKind.NodeAffinity, "required node affinity does not match: " + string.Join(" or ", placement.NodeTerms.Select(Describe)));
    }

    private static bool Matches(NodeTerm term, NodeInfo node)
        => term.Labels.Length + term.Fields.Length > 0
            && term.Labels.All(r => r.Matches(node.Labels.GetValueOrDefault(r.Key)))
            && term.Fields.All(r => r.Key == "metadata.name" && r.Matches(node.Name));

    private static string Describe(NodeTerm term) => string.Join(" and ", term.Labels.Concat(term.Fields));

    private static Rejection? Neighbours(NodeRoom room, PodInfo pod, NodeInfo node)
    {
        foreach (var term in pod.Placement.AntiAffinity)
        {
            if (room.PodsInDomain(node, term.TopologyKey).FirstOrDefault(p => IsOther(p, pod) && term.Matches(p)) is { } against)
            {
                return new Rejection(node.Name, RejectionKind.PodAntiAffinity, $"anti-affinity to {against.FullName} in the same {term.TopologyKey}");
            }
        }

        foreach (var term in pod.Placement.Affinity)
        {
            // As in the scheduler: a pod that matches its own term may be the first of its kind.
            var nowhereElse = term.Matches(pod) && !room.AllPods().Any(p => IsOther(p.Pod, pod) && term.Matches(p.Pod));
            if (!nowhereElse && !room.PodsInDomain(node, term.TopologyKey).Any(p => IsOther(p, pod) && term.Matches(p)))
            {
                return new Rejection(node.Name, RejectionKind.PodAffinity, $"no pod that the required affinity asks for in its {term.TopologyKey}");
            }
        }

        return AgainstIncoming(room, pod, node);
    }

    /// <summary>Anti-affinity counts both ways: pods already there may refuse the newcomer.</summary>
    private static Rejection? AgainstIncoming(NodeRoom room, PodInfo pod, NodeInfo node)
    {
        foreach (var (other, where) in room.AllPods())
        {
            if (other.Placement.AntiAffinity.IsEmpty || !IsOther(other, pod))
            {
                continue;
            }

            foreach (var term in other.Placement.AntiAffinity)
            {
                var domain = NodeRoom.Domain(where, term.TopologyKey);
                if (domain is not null && domain == NodeRoom.Domain(node, term.TopologyKey) && term.Matches(pod))
                {
                    return new Rejection(node.Name, RejectionKind.PodAntiAffinity, $"{other.FullName} there has anti-affinity to it");
                }
            }
        }

        return null;
    }

    /// <summary>The moving pod still runs on its source; it is no neighbour of itself.</summary>
    private static bool IsOther(PodInfo candidate, PodInfo pod) => candidate.Uid != pod.Uid || candidate.FullName != pod.FullName;

    private static Rejection? Room(NodeRoom room, PodInfo pod, NodeInfo node)
    {
        if (room.PodCount(node) >= node.PodLimit)
        {
            return new Rejection(node.Name, RejectionKind.PodLimit, $"holds {room.PodCount(node)} pods of at most {node.PodLimit}");
        }

        var shortOf = pod.Requests.ShortOf(room.Free(node)).ToList();
        return shortOf.Count == 0
            ? null
            : new Rejection(node.Name, RejectionKind.Resources, string.Join(", ", shortOf.Select(s => $"needs {s.Name} {s.Needed}, free {s.Available}")));
    }
}
