namespace Rebalancer.Cli.Policies;

#pragma warning disable CA1812 // Made by the YAML reader.

/// <summary>A RebalancePolicy as it is written; what is left out keeps its default (see PlanPolicy). Money is in US dollars.</summary>
internal sealed class PolicyDocument
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public Dictionary<string, object>? Metadata { get; set; }
    public PolicySpec? Spec { get; set; }
}

internal sealed class PolicySpec
{
    public string? Currency { get; set; }
    public double? StableHours { get; set; }
    public double? LeastSavingShare { get; set; }
    public double? DisruptionTolerance { get; set; }
    public double? LostInterruptions { get; set; }
    public double? UsdPerFullPreferenceHour { get; set; }
    public decimal? UsdPerGbMoved { get; set; }
    public bool? IgnoreCpu { get; set; }
    public List<string>? OfferedTypes { get; set; }
    public List<string>? ExcludedNamespaces { get; set; }
    public MatchSpec? Nodes { get; set; }
    public List<PodValueSpec>? PodValues { get; set; }
    public List<OverrideSpec>? Prices { get; set; }
    public RatesSpec? SizeRates { get; set; }
    public List<CommitmentSpec>? Commitments { get; set; }
    public LimitsSpec? Limits { get; set; }
}

internal sealed class MatchSpec
{
    public List<string>? InstanceTypes { get; set; }
    public List<string>? CapacityTypes { get; set; }
    public Dictionary<string, string>? Labels { get; set; }
}

internal sealed class PodValueSpec
{
    public int MinPriority { get; set; }
    public decimal? UsdPerFrozenSecond { get; set; }
    public decimal? UsdPerRestart { get; set; }
}

internal sealed class OverrideSpec
{
    public MatchSpec? Nodes { get; set; }
    public decimal UsdPerHour { get; set; }
}

internal sealed class RatesSpec
{
    public decimal? UsdPerVcpuHour { get; set; }
    public decimal? UsdPerGibHour { get; set; }
    public decimal? UsdPerGpuHour { get; set; }
    public decimal? SpotShare { get; set; }
}

internal sealed class CommitmentSpec
{
    public MatchSpec? Nodes { get; set; }
    public int Count { get; set; }
}

internal sealed class LimitsSpec
{
    public int? Moves { get; set; }
    public int? AtOnce { get; set; }
    public int? AtOncePerNode { get; set; }
    public int? AtOncePerWorkload { get; set; }
    public int? NewNodes { get; set; }
    public double? FreezeSeconds { get; set; }
}
