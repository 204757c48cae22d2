using Rebalancer.Kubernetes.Api;
using Rebalancer.Rebalancing.Running;
using Rebalancer.Rebalancing.WhatIf.Clusters;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>The placeholders of plans that need nodes of other types, and the nodes that come for them.</summary>
/// <param name="scheduling">Starts the nodes.</param>
/// <param name="arrived">Told when one is ready.</param>
internal sealed class Placeholders(Scheduling scheduling, Action arrived)
{
    private readonly Dictionary<string, SimulatedNode?> held = new(StringComparer.Ordinal);
    private readonly HashSet<string> ordered = new(StringComparer.Ordinal);

    /// <summary>How many nodes have been asked for.</summary>
    public int Ordered => ordered.Count;

    /// <summary>Makes those that are wanted, and takes away those that are no longer.</summary>
    public void Look(IEnumerable<RebalancePlan> plans)
    {
        var wanted = plans.SelectMany(p => NewNodes.Wanted(p).Select(i => (Key: NewNodes.KeyOf(p, i), Node: p.Spec.NewNodes[i]))).ToList();
        foreach (var (key, node) in wanted)
        {
            if (ordered.Add(key)) { held[key] = scheduling.Order(node, arrived); }
        }

        foreach (var old in held.Keys.Except(wanted.Select(w => w.Key)).ToList())
        {
            held.Remove(old, out var node);
            if (node is not null) { scheduling.LetGo(node); }
        }
    }

    /// <summary>The node that has come for a plan's new node; null: none yet.</summary>
    public string? NodeOf(RebalancePlan plan, int number)
        => held.GetValueOrDefault(NewNodes.KeyOf(plan, number)) is { IsReady: true, IsGone: false } node ? node.Info.Name : null;
}
