using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Rejections in words. Slow: only for what is shown to people.</summary>
internal sealed class OccupancyText(ClusterIndex index, Occupancy state, DomainCounter[] counted, DomainCounter[] held, SpreadCounter[] spread)
{
    public string Explain(int pod, int node, RejectionKind kind)
    {
        var info = index.Nodes[node];
        var terms = index.TermTable.Terms[pod];
        return kind switch
        {
            RejectionKind.Unschedulable or RejectionKind.Taint or RejectionKind.NodeSelector or RejectionKind.NodeAffinity
                => NodeRules.Explain(kind, index.Pods[pod].Placement, info),
            RejectionKind.HostPort => $"one of its host ports {string.Join(", ", index.Pods[pod].HostPorts.Select(p => $"{p.Port}/{p.Protocol}"))} is taken",
            RejectionKind.PodLimit => $"holds {state.PodCount(node)} pods of at most {info.PodLimit}",
            RejectionKind.Resources => string.Join(", ", Short(pod, node)),
            RejectionKind.ClaimMissing or RejectionKind.ClaimUnbound or RejectionKind.VolumeNodeAffinity => VolumeTable.Explain(kind, index.Volumes.Uses[pod], info),
            RejectionKind.VolumeAttachedElsewhere => "a claim of it can be attached to one node only and is in use",
            RejectionKind.AttachLimit => "its volumes are more than the node can attach",
            RejectionKind.TopologySpread => Spread(terms, node),
            RejectionKind.PodAffinity => "required affinity finds no " + string.Join(", no ", terms.Affinity.Where(id => counted[id].At(node) == 0).Select(index.TermTable.Describe)),
            RejectionKind.PodAntiAffinity => AntiAffinity(pod, node),
            _ => kind.ToString(),
        };
    }

    private IEnumerable<string> Short(int pod, int node)
    {
        for (var r = 0; r < index.ResourceCount; r++)
        {
            var need = index.Requests[pod * index.ResourceCount + r];
            if (need > 0 && need > state.Free(node, r))
            {
                yield return $"needs {index.ResourceNames[r]} {ResourceTable.Amount(r, need)}, free {ResourceTable.Amount(r, state.Free(node, r))}";
            }
        }
    }

    private string Spread(PodTerms terms, int node)
    {
        foreach (var rule in terms.Spread)
        {
            var counter = spread[rule.Counter];
            if (counter.DomainOf(node) < 0)
            {
                return $"lacks a label that spreading {index.TermTable.DescribeSpread(rule.Counter)} needs";
            }

            var skew = counter.At(node) + rule.Self - counter.Least(rule.MinDomains);
            if (skew > rule.MaxSkew)
            {
                return $"spreading {index.TermTable.DescribeSpread(rule.Counter)} would be uneven by {skew}, at most {rule.MaxSkew} is allowed";
            }
        }

        return "topology spread";
    }

    private string AntiAffinity(int pod, int node)
    {
        var own = index.TermTable.Terms[pod].AntiAffinity.Where(id => counted[id].At(node) > 0).Select(id => "anti-affinity to " + index.TermTable.Describe(id));
        var others = index.TermTable.Classes[pod].Opposing.Where(id => held[id].At(node) > 0).Select(id => "a pod there has anti-affinity to " + index.TermTable.DescribeHeld(id));
        return string.Join("; ", own.Concat(others));
    }
}
