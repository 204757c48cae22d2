namespace Rebalancer.Kubernetes.Api;

/// <summary>The plan as it was made; immutable but for <see cref="Approval"/>, which is given once.</summary>
public sealed class RebalancePlanSpec
{
    /// <summary>RebalancePolicy that it was made under, and its generation.</summary>
    public string PolicyName { get; set; } = "";
    public long PolicyGeneration { get; set; }

    /// <summary>One of <see cref="PlanVerdicts"/>.</summary>
    public string Verdict { get; set; } = "";

    /// <summary>Why that verdict, with the values, for people.</summary>
    public string Reason { get; set; } = "";
    public PredictedSavings Predicted { get; set; } = new();

    /// <summary>To be there before the first wave.</summary>
    public IList<PlanNewNode> NewNodes { get; set; } = [];
    public IList<PlanMove> Moves { get; set; } = [];

    /// <summary>Nodes that nothing keeps when all moves are done.</summary>
    public IList<PlanFreedNode> FreedNodes { get; set; } = [];
    public PlanApproval? Approval { get; set; }
}

/// <summary>Whether a plan should be acted on.</summary>
public static class PlanVerdicts
{
    public const string Act = "Act";
    public const string NothingToDo = "NothingToDo";
    public const string NoBenefit = "NoBenefit";
    public const string BelowThreshold = "BelowThreshold";
    public const string TooDisruptive = "TooDisruptive";
}

/// <summary>A plan's account.</summary>
public sealed class PredictedSavings
{
    /// <summary>All nodes, before and after.</summary>
    public DecimalText UsdPerHourBefore { get; set; }
    public DecimalText UsdPerHourAfter { get; set; }
    public DecimalText UsdPerHourSaved { get; set; }

    /// <summary>Less expected loss by interruptions, and wishes that are met; below 0 where it gets worse.</summary>
    public DecimalText UsdPerHourRiskAndWishes { get; set; }

    /// <summary>What the moves cost, once.</summary>
    public DecimalText UsdMoving { get; set; }

    /// <summary>Over <see cref="StableHours"/>.</summary>
    public DecimalText UsdNetBenefit { get; set; }
    public DecimalText StableHours { get; set; }
    public int Moves { get; set; }

    /// <summary>In the cluster.</summary>
    public int Pods { get; set; }
}

public sealed class PlanMove
{
    /// <summary>From 1: the moves of a wave run together, and the next wave when they have ended.</summary>
    public int Wave { get; set; }
    public string Namespace { get; set; } = "";
    public string Pod { get; set; } = "";
    [System.Text.Json.Serialization.JsonPropertyName("podUID")] public string PodUID { get; set; } = "";
    public string SourceNode { get; set; } = "";
    public string TargetNode { get; set; } = "";

    /// <summary>What the move itself costs, once.</summary>
    public DecimalText UsdCost { get; set; }

    /// <summary>One of those in <see cref="MoveReasons"/> that plans have.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What it is for, for people.</summary>
    public string? Message { get; set; }

    /// <summary>One of <see cref="MoveMethods"/>.</summary>
    public string Method { get; set; } = MoveMethods.Migrate;

    [System.Text.Json.Serialization.JsonIgnore] public bool IsEviction => Method == MoveMethods.Evict;
}

/// <summary>How a pod gets to another node.</summary>
public static class MoveMethods
{
    /// <summary>Live, by a Migration.</summary>
    public const string Migrate = "Migrate";

    /// <summary>It is evicted, and its owner starts it anew where the scheduler puts it.</summary>
    public const string Evict = "Evict";

    public static string Of(bool isEviction) => isEviction ? Evict : Migrate;
}

public sealed class PlanNewNode
{
    public string Name { get; set; } = "";
    public string InstanceType { get; set; } = "";

    /// <summary>The node whose labels, taints and zone it has.</summary>
    public string Like { get; set; } = "";
    public DecimalText UsdPerHour { get; set; }
}

public sealed class PlanFreedNode
{
    public string Name { get; set; } = "";
    public DecimalText UsdPerHour { get; set; }

    /// <summary>No move is needed for it, and none of the plan's saving is its price.</summary>
    public bool WasEmpty { get; set; }
}

/// <summary>What somebody has decided about a plan.</summary>
public sealed class PlanApproval
{
    /// <summary>Approved or Rejected.</summary>
    public string Decision { get; set; } = "";

    /// <summary>Who, as they say.</summary>
    public string? By { get; set; }
    public string? Note { get; set; }
}

public static class ApprovalDecisions
{
    public const string Approved = "Approved";
    public const string Rejected = "Rejected";
}
