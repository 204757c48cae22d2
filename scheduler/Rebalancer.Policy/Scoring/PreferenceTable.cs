using System.Collections.Concurrent;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Policy.Scoring;

/// <summary>
/// How much less than it could a pod gets of what it would rather have on a node, from 0 (everything) up in Kubernetes' weights. Preferred nodes,
/// taints of effect PreferNoSchedule, and preferred neighbours as they are placed in the snapshot.
/// </summary>
public sealed class PreferenceTable(ClusterIndex index)
{
    private readonly bool softTaints = index.Nodes.Any(PreferenceRules.HasSoftTaints);
    private readonly ConcurrentDictionary<(PreferredPods Preferred, int Pod), double[]> neighbours = [];

    public bool IsIndifferent(int pod) => !softTaints && index.Pods[pod].Placement.Preferences.IsEmpty;

    public double Missed(int pod, int node)
    {
        if (IsIndifferent(pod))
        {
            return 0;
        }

        var placement = index.Pods[pod].Placement;
        var missed = PreferenceRules.MissedOfNode(placement, index.Nodes[node]);
        foreach (var preferred in placement.Preferences.Pods)
        {
            missed += PreferenceRules.MissedOfNeighbours(preferred, Neighbours(preferred, pod)[node] > 0);
        }

        return missed;
    }

    /// <summary>Matching pods in each node's domain, the pod itself left out.</summary>
    private double[] Neighbours(PreferredPods preferred, int pod)
    {
        if (neighbours.TryGetValue((preferred, pod), out var found))
        {
            return found;
        }

        var byDomain = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var other = 0; other < index.PlacedPods; other++)
        {
            if (other != pod && index.NodeNumber(index.Pods[other].NodeName) is var at and >= 0 && preferred.Term.Matches(index.Pods[other])
                && index.Nodes[at].Labels.GetValueOrDefault(preferred.Term.TopologyKey) is { } domain)
            {
                byDomain[domain] = byDomain.GetValueOrDefault(domain) + 1;
            }
        }

        found = [.. index.Nodes.Select(n => n.Labels.GetValueOrDefault(preferred.Term.TopologyKey) is { } d ? byDomain.GetValueOrDefault(d) : 0)];
        neighbours[(preferred, pod)] = found;
        return found;
    }
}
