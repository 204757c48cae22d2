using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>Nodes that an autoscaler could start: like one that was there at the start, with its daemons.</summary>
internal sealed record NodeKind(string Name, NodeInfo Model, ImmutableArray<PodInfo> Daemons, decimal UsdPerHour, int AtStart)
{
    private const string HostnameLabel = "kubernetes.io/hostname";

    /// <summary>Cheapest first. Nodes of a kind have the same machine, zone, taints and labels, but for labels of which most nodes have one of their own.</summary>
    public static ImmutableArray<NodeKind> Of(ClusterSnapshot snapshot, NodePricing pricing)
    {
        var values = snapshot.Nodes.SelectMany(n => n.Labels).Distinct().GroupBy(l => l.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var daemons = snapshot.Pods.Where(p => p is { Finished: false } and ({ Owner.Kind: "DaemonSet" } or { Shape.Mirror: true })).ToLookup(p => p.NodeName, StringComparer.Ordinal);
        return
        [
            .. snapshot.Nodes.Where(n => n.Ready && !n.Doomed).OrderBy(n => n.Name, StringComparer.Ordinal).GroupBy(n => KeyOf(n, k => values[k] * 2 <= snapshot.Nodes.Length), StringComparer.Ordinal)
                .Select((g, i) => new NodeKind(NameOf(g.First(), i), g.First(), [.. daemons[g.First().Name]], pricing.PriceOf(g.First()).PerHour.Usd, g.Count()))
                .OrderBy(k => k.UsdPerHour).ThenBy(k => k.Name, StringComparer.Ordinal),
        ];
    }

    public NodeInfo Make(int number)
    {
        var name = $"{Name}-{number.ToString(CultureInfo.InvariantCulture)}";
        return Model with { Name = name, Labels = Model.Labels.SetItem(HostnameLabel, name), Ready = false, KeepMark = null, CreatedAt = null };
    }

    private static string NameOf(NodeInfo model, int number)
        => $"sim{number.ToString(CultureInfo.InvariantCulture)}-{(model.Machine.InstanceType.Length > 0 ? model.Machine.InstanceType : model.Name)}";

    private static string KeyOf(NodeInfo node, Func<string, bool> isShared)
        => string.Join('\u0001', [node.Machine.InstanceType, node.Machine.Zone, node.Machine.Capacity.ToString(), node.Allocatable.ToString(), node.CostText ?? "", .. node.Taints.Select(t => t.ToString()),
            .. node.Labels.Where(l => l.Key != HostnameLabel && isShared(l.Key)).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Key + "=" + l.Value)]);
}
