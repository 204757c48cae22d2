using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>What became of a plan; written by the leader.</summary>
public sealed record RebalancePlanStatus
{
    /// <summary>One of <see cref="PlanPhases"/>.</summary>
    public string? Phase { get; set; }

    /// <summary>Named reason of the phase, and the words to it.</summary>
    public string? Reason { get; set; }
    public string? Message { get; set; }
    public long ObservedGeneration { get; set; }

    /// <summary>Of the leader that wrote last; never decreases.</summary>
    public long? LeaderEpoch { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>The nodes that have come for those of the plan that were not there; absent until all have.</summary>
    public IList<ArrivedNode>? NewNodes { get; set; }

    /// <summary>Moves that have begun or were passed over, by pod.</summary>
    public IList<MoveOutcome>? Moves { get; set; }
    public RealisedSavings? Realised { get; set; }
    public IList<V1Condition>? Conditions { get; set; }
}

public static class PlanPhases
{
    /// <summary>Waits for its approval, or is only a record.</summary>
    public const string Proposed = "Proposed";
    public const string Running = "Running";

    /// <summary>Every move has ended well.</summary>
    public const string Completed = "Completed";

    /// <summary>It ended early, or with moves that failed or were passed over.</summary>
    public const string Stopped = "Stopped";

    /// <summary>Somebody rejected it.</summary>
    public const string Rejected = "Rejected";

    /// <summary>The cluster is no longer the one that it was made for, or another plan has followed.</summary>
    public const string Expired = "Expired";

    public static bool IsFinal(string? phase) => phase is Completed or Stopped or Rejected or Expired;
}

/// <summary>A node that was asked for, and came.</summary>
public sealed class ArrivedNode
{
    /// <summary>Its name in the plan.</summary>
    public string Name { get; set; } = "";

    /// <summary>The node.</summary>
    public string Node { get; set; } = "";
}

/// <summary>What became of one move.</summary>
public sealed class MoveOutcome
{
    public string Namespace { get; set; } = "";
    public string Pod { get; set; } = "";

    /// <summary>Migration in the pod's namespace; absent where none was made.</summary>
    public string? Migration { get; set; }

    /// <summary>One of <see cref="MoveResults"/>.</summary>
    public string Result { get; set; } = "";

    /// <summary>See <see cref="Reasons"/>.</summary>
    public string? Reason { get; set; }
    public long? FreezeMs { get; set; }

    /// <summary>Of an eviction: when it was first asked for.</summary>
    public DateTimeOffset? StartedAt { get; set; }
}

public static class MoveResults
{
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string RolledBack = "RolledBack";
    public const string Failed = "Failed";

    /// <summary>It was not begun: something had changed, a budget was closed, the plan was stopped.</summary>
    public const string Skipped = "Skipped";
}

/// <summary>What a plan has brought, as measured.</summary>
public sealed class RealisedSavings
{
    public DateTimeOffset? MeasuredAt { get; set; }

    /// <summary>Price of the plan's freed nodes that are gone, less that of its new nodes that are there.</summary>
    public DecimalText? UsdPerHourSaved { get; set; }

    /// <summary>Freezes, bytes and restarts, by the policy's values.</summary>
    public DecimalText? UsdMoving { get; set; }
    public int SucceededMoves { get; set; }
    public int FailedMoves { get; set; }
    public long FreezeMs { get; set; }
    public int NodesGone { get; set; }
}
