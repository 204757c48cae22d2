namespace Rebalancer.Ledger.Entries;

/// <summary>A Migration, or an eviction by a plan: what it took, and what its pod is worth.</summary>
public sealed record MoveEntry : LedgerEntry
{
    public required string Uid { get; init; }
    public required string Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>Resource version that this was read at.</summary>
    public long Version { get; init; }

    /// <summary>Name of the plan that made it; empty: none did.</summary>
    public string Plan { get; init; } = "";
    public string Pod { get; init; } = "";
    public string PodUid { get; init; } = "";
    public string SourceNode { get; init; } = "";
    public string TargetNode { get; init; } = "";
    public string Reason { get; init; } = "";
    public string Strategy { get; init; } = "";
    public string Phase { get; init; } = "";
    public string PhaseReason { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public long FreezeMs { get; init; }
    public long Bytes { get; init; }

    /// <summary>Of the first time that it was seen, so that a later change of the policy changes nothing that was counted; null: nobody has said.</summary>
    public MoveValue? Value { get; init; }
}

/// <summary>By what a move is counted.</summary>
/// <param name="At">When this was so.</param>
/// <param name="UsdPerFrozenSecond">US dollars for each second that the pod stands still.</param>
/// <param name="UsdPerRestart">US dollars when the pod is lost and has to start anew.</param>
/// <param name="UsdPerGb">US dollars for each 10^9 bytes that are sent.</param>
/// <param name="Policy">RebalancePolicy that says so, "name@generation"; empty: the defaults.</param>
public sealed record MoveValue(DateTimeOffset At, decimal UsdPerFrozenSecond, decimal UsdPerRestart, decimal UsdPerGb, string Policy);
