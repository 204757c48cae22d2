using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy.Scoring.Live;

namespace Rebalancer.Scheduler.Publishing;

/// <summary>Cost and hazard of a node as they are published on it, for schedulers that score annotations without asking an extender.</summary>
internal static class NodeFigures
{
    /// <summary>A node as if nothing that was published stood on it. What somebody has changed since is a statement, and stays.</summary>
    public static NodeInfo WithoutPublished(NodeInfo node, V1Node source)
    {
        if (Annotation(source, Names.Published)?.Split(';') is not [var cost, var hazard])
        {
            return node;
        }

        return node with { CostText = node.CostText == cost ? null : node.CostText, HazardText = node.HazardText == hazard ? null : node.HazardText };
    }

    /// <summary>Annotations to set; empty where they stand there already. Those of a node's owner are left as they are.</summary>
    public static IReadOnlyDictionary<string, string> Changes(V1Node source, LiveNode node)
    {
        var cost = node.Info.CostText ?? node.Price.PerHour.Usd.ToString("0.########", CultureInfo.InvariantCulture);
        var hazard = node.Info.HazardText ?? node.Hazard.PerHour.ToString("0.##########", CultureInfo.InvariantCulture);
        var wanted = new Dictionary<string, string>
        {
            [Names.CostUsdPerHour] = cost,
            [Names.InterruptionHazard] = hazard,
            [Names.Published] = $"{(node.Info.CostText is null ? cost : "")};{(node.Info.HazardText is null ? hazard : "")}",
        };
        return wanted.Where(w => Annotation(source, w.Key) != w.Value).ToDictionary();
    }

    private static string? Annotation(V1Node node, string key) => node.Metadata.Annotations is { } all && all.TryGetValue(key, out var value) ? value : null;
}
