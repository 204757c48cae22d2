using System.Collections.Immutable;

namespace Rebalancer.Ledger.Entries;

/// <summary>A RebalancePlan: what it promised, and how far it came.</summary>
public sealed record PlanEntry : LedgerEntry
{
    public required string Uid { get; init; }
    public required string Name { get; init; }

    /// <summary>Resource version that this was read at.</summary>
    public long Version { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string Policy { get; init; } = "";
    public long PolicyGeneration { get; init; }
    public string Verdict { get; init; } = "";
    public string Phase { get; init; } = "";
    public string PhaseReason { get; init; } = "";

    /// <summary>Null: it was never carried out, and has neither cost nor saved anything.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public decimal PredictedUsdPerHour { get; init; }
    public decimal PredictedUsdMoving { get; init; }
    public decimal PredictedUsdNet { get; init; }

    /// <summary>Hours for which the plan counted its saving.</summary>
    public decimal StableHours { get; init; }
    public int Moves { get; init; }
    public ImmutableArray<PlannedNode> FreedNodes { get; init; } = [];
    public ImmutableArray<PlannedNode> NewNodes { get; init; } = [];

    /// <summary>Until when a saving of this plan counts; null where it never ran.</summary>
    public DateTimeOffset? HorizonEnd => StartedAt is { } start ? start.AddSeconds((double)Math.Floor(StableHours * 3600)) : null;
}

/// <summary>A node that a plan frees or adds, as the plan has it.</summary>
/// <param name="WasEmpty">It was free before the plan, which saves nothing by it.</param>
public sealed record PlannedNode(string Name, decimal UsdPerHour, string InstanceType = "", bool WasEmpty = false);
