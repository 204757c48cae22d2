using System.Collections.Immutable;

namespace Rebalancer.Ledger.Waste;

/// <summary>
/// Who uses what the nodes cost, at one instant, in US dollars per hour. A pod is charged for the larger of what it asks for and what it uses, of each
/// resource at the node's own price of it; what is left of a node is idle. Cost of all namespaces + idle = price of all nodes, exactly.
/// </summary>
/// <param name="UsageKnown">False: nothing measures use (metrics.k8s.io), a pod counts as using what it asks for, and nothing is known of waste.</param>
/// <param name="IdleUsdPerHour">Of nodes: what nobody asks for and nobody uses.</param>
/// <param name="WasteUsdPerHour">Of pods: what is asked for and not used; null where use is not known.</param>
public sealed record WasteReport(
    DateTimeOffset At, bool UsageKnown, decimal UsdPerHour, decimal IdleUsdPerHour, decimal? WasteUsdPerHour, ImmutableArray<NodeWaste> Nodes, ImmutableArray<NamespaceWaste> Namespaces)
{
    public string Currency { get; } = "USD";
}

/// <param name="Estimated">Nothing states the price of just this kind of machine.</param>
/// <param name="IdleShare">Of the price, 0 to 1.</param>
public sealed record NodeWaste(string Name, decimal UsdPerHour, bool Estimated, decimal IdleUsdPerHour, decimal IdleShare, decimal? WasteUsdPerHour, int Pods);

public sealed record NamespaceWaste(string Name, decimal UsdPerHour, decimal? WasteUsdPerHour, int Pods);
