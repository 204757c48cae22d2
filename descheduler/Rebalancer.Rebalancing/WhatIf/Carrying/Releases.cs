using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Release;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>Nodes that plans have emptied: taken away at once where somebody is told of them, and by the autoscaler as any other empty node where nobody is.</summary>
internal sealed class Releases(SimulatedCluster cluster, Agenda agenda, NodeReleaseRules rules)
{
    /// <returns>When to look again; null: when something changes.</returns>
    public TimeSpan? Look(IReadOnlyCollection<RebalancePlan> plans)
    {
        TimeSpan? again = null;
        foreach (var node in cluster.Nodes.Values.Where(n => n.EmptiedBy is not null).ToList())
        {
            var plan = plans.FirstOrDefault(p => p.Metadata.Name == node.EmptiedBy);
            var decision = NodeRelease.Of(node.ToObject(), plan, node.Pods.Exists(p => !p.GoesWithNode), rules, agenda.Now);
            Do(node, decision.Step);
            again = decision.LookAgainAfter is { } later && (again is null || later < again) ? later : again;
        }

        return again;
    }

    private void Do(SimulatedNode node, ReleaseStep step)
    {
        if (step == ReleaseStep.GiveBack)
        {
            node.Mark(null);
        }
        else if (step == ReleaseStep.Release && rules.Method == NodeReleaseMethod.Autoscaler)
        {
            node.ReleasedAt = agenda.Now;
        }
        else if (step == ReleaseStep.Release && !node.Info.Doomed)
        {
            cluster.Remove(node);
        }
    }
}
