namespace Rebalancer.Kubernetes.Api;

/// <summary>What counts beside the price of nodes, each as money.</summary>
public sealed class WeightsSpec
{
    /// <summary>US dollars per hour that a pod's preference of weight 100 is worth, 0 to 100.</summary>
    public DecimalText? UsdPerFullPreferenceHour { get; set; }

    /// <summary>US dollars per GB that a move sends, 0 to 100.</summary>
    public DecimalText? UsdPerGbMoved { get; set; }

    /// <summary>Share of interruptions that a pod does not get away from in time, and costs its usdPerRestart, 0 to 1.</summary>
    public DecimalText? LostInterruptions { get; set; }
}

/// <summary>What stopping a pod costs its owner.</summary>
public sealed class PodValueSpec
{
    public int MinPriority { get; set; }
    public DecimalText? UsdPerFrozenSecond { get; set; }
    public DecimalText? UsdPerRestart { get; set; }
}

public sealed class PriceSpec
{
    public NodeSelection? Nodes { get; set; }
    public DecimalText UsdPerHour { get; set; }
}

public sealed class SizeRatesSpec
{
    public DecimalText? UsdPerVcpuHour { get; set; }
    public DecimalText? UsdPerGibHour { get; set; }
    public DecimalText? UsdPerGpuHour { get; set; }

    /// <summary>Spot price as a share of on-demand.</summary>
    public DecimalText? SpotShare { get; set; }
}

public sealed class CommitmentSpec
{
    public NodeSelection? Nodes { get; set; }

    /// <summary>Nodes at once. Default 1.</summary>
    public int? Count { get; set; }
}
