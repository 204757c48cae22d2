namespace Rebalancer.Kubernetes.Api;

/// <summary>What is left out keeps its default (see the schema). Money is in US dollars; fractions are decimal text, see <see cref="DecimalText"/>.</summary>
public sealed class RebalancePolicySpec
{
    /// <summary>One of <see cref="PolicyModes"/>. Default Observe.</summary>
    public string? Mode { get; set; }

    /// <summary>USD, the only one.</summary>
    public string? Currency { get; set; }

    /// <summary>Nodes that may be removed or replaced, and pods moved away from. Default: all.</summary>
    public NodeSelection? Nodes { get; set; }

    /// <summary>Pods that may be moved. Default: all.</summary>
    public PodSelection? Pods { get; set; }

    /// <summary>Those of them that may be evicted where they cannot move live. Default: none.</summary>
    public PodSelection? EvictedPods { get; set; }

    /// <summary>Hours for which a saving is counted, 0.1 to 8760.</summary>
    public DecimalText? StableHours { get; set; }

    /// <summary>A plan acts only if it saves at least this share of the cost, 0 to 1.</summary>
    public DecimalText? LeastSavingShare { get; set; }

    /// <summary>k: a plan acts only if the share of cost that it saves is at least the share of pods that it moves, divided by this. 0.001 to 1000.</summary>
    public DecimalText? DisruptionTolerance { get; set; }

    /// <summary>What counts beside the price of nodes.</summary>
    public WeightsSpec? Weights { get; set; }

    /// <summary>Expected interruptions per hour, 0 to 60: no plan moves a pod to a node with more. Unset: no ceiling.</summary>
    public DecimalText? SpotRiskCeilingPerHour { get; set; }

    /// <summary>What pods are worth, by priority: the entry of the highest priority that the pod reaches.</summary>
    public IList<PodValueSpec>? PodValues { get; set; }

    /// <summary>The first that applies to a node decides its price.</summary>
    public IList<PriceSpec>? Prices { get; set; }

    /// <summary>For machines of which no price is known.</summary>
    public SizeRatesSpec? SizeRates { get; set; }

    /// <summary>Nodes that are paid for whether they run or not.</summary>
    public IList<CommitmentSpec>? Commitments { get; set; }

    /// <summary>EC2 machine types that can be had instead of those that are there.</summary>
    public IList<string>? OfferedTypes { get; set; }

    /// <summary>How much one plan may do.</summary>
    public PlanLimitsSpec? Limits { get; set; }

    /// <summary>When, and how much at a time. Default: whenever, and as much as <see cref="Migrations"/> allows.</summary>
    public IList<BudgetSpec>? Budgets { get; set; }

    /// <summary>Finish (default) or Stop: what becomes of moves that have begun when the budgets close.</summary>
    public string? AtWindowEnd { get; set; }

    /// <summary>Who takes away a node that a plan has emptied.</summary>
    public ReleaseSpec? Release { get; set; }

    /// <summary>Pods whose move a notice would be too short for are copied ahead where their node's risk is high. Unset: none is.</summary>
    public AheadOfNoticeSpec? AheadOfNotice { get; set; }

    public CoolDownsSpec? CoolDowns { get; set; }

    /// <summary>Of the moves that are made by plans.</summary>
    public MoveDefaultsSpec? Migrations { get; set; }
}

/// <summary>What becomes of a plan.</summary>
public static class PolicyModes
{
    /// <summary>It is kept, and never carried out.</summary>
    public const string Observe = "Observe";

    /// <summary>It is carried out once it is approved.</summary>
    public const string Recommend = "Recommend";

    /// <summary>It is carried out where its verdict is Act.</summary>
    public const string Auto = "Auto";
}
