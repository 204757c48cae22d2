using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Policy.Constraints;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Capacity;

/// <summary>The placeholders that are there.</summary>
internal sealed class Placeholders(ClusterCache cache, DeschedulerOptions options)
{
    /// <summary>The node that has come for a plan's new one, once pods can move to it: its agent is there; null: not yet.</summary>
    /// <param name="plan">That has asked for it.</param>
    /// <param name="number">Of the new node.</param>
    public string? NodeOf(RebalancePlan plan, int number)
        => cache.Pods.Get(options.Namespace, Placeholder.NameOf(NewNodes.KeyOf(plan, number)))?.Spec.NodeName is { Length: > 0 } name
            && cache.Nodes.Get(null, name) is { } node && MoveRules.Availability(NodeMapping.ToModel(node, [])) == RejectionKind.None ? name : null;
}
