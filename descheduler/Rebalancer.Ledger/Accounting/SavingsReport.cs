using System.Collections.Immutable;

namespace Rebalancer.Ledger.Accounting;

/// <summary>
/// What was predicted, what came of it, and what it cost, in a period. Money is in US dollars. Every figure is the sum of lines that name their objects:
/// <see cref="Totals.NetUsd"/> = nodes saved - new nodes - moves (freeze, bytes, restarts) + avoided losses.
/// </summary>
/// <param name="RecordedSince">Nothing before it is known to this ledger; null: it is empty.</param>
/// <param name="NodesUsd">What all nodes cost in the period, those included that a commitment pays for.</param>
/// <param name="NodesUsdPerHour">What the nodes that are there cost at its end.</param>
/// <param name="UnvaluedMoves">Moves that ended before anybody could say what their pod is worth: counted with $0.</param>
public sealed record SavingsReport(
    DateTimeOffset From, DateTimeOffset To, DateTimeOffset? RecordedSince, decimal NodesUsd, decimal NodesUsdPerHour, Totals Totals, ImmutableArray<PlanLine> Plans,
    ImmutableArray<MoveLine> Moves, int UnvaluedMoves)
{
    public string Currency { get; } = "USD";
}

/// <param name="PredictedUsdPerHour">Of plans that ran, while their horizon lasts at the end of the period.</param>
/// <param name="RealisedUsdPerHour">The same plans' nodes that are gone, less new ones.</param>
/// <param name="PredictedUsd">What plans that ran promised for the part of their horizon that lies in the period.</param>
/// <param name="AvoidedUsd">Restarts that did not happen, since pods left in time.</param>
public sealed record Totals(
    decimal PredictedUsdPerHour, decimal RealisedUsdPerHour, decimal PredictedUsd, decimal NodesSavedUsd, decimal NewNodesUsd, decimal FreezeUsd, decimal BytesUsd, decimal RestartUsd,
    decimal AvoidedUsd, int SucceededMoves, int FailedMoves, int OtherMoves)
{
    public decimal MovingUsd => FreezeUsd + BytesUsd + RestartUsd;

    public decimal RealisedUsd => NodesSavedUsd - NewNodesUsd;

    public decimal NetUsd => RealisedUsd - MovingUsd + AvoidedUsd;
}

/// <param name="PredictedUsdPerHour">As the plan has it.</param>
/// <param name="PredictedUsd">For the part of the plan's horizon that lies in the period; 0 where it never ran.</param>
/// <param name="PredictedMovingUsd">What its moves were to cost, once.</param>
/// <param name="Remaining">Nodes that it was to free and that are there, or of whose end this ledger knows nothing.</param>
public sealed record PlanLine(
    string Name, string Uid, string Policy, string Verdict, string Phase, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? HorizonEnd, decimal PredictedUsdPerHour,
    decimal PredictedUsd, decimal PredictedMovingUsd, decimal RealisedUsdPerHour, decimal NodesSavedUsd, decimal NewNodesUsd, decimal MovingUsd, decimal NetUsd, int SucceededMoves, int FailedMoves,
    ImmutableArray<NodeLine> Nodes, ImmutableArray<NodeLine> NewNodes, ImmutableArray<string> Remaining);

/// <summary>A node of a plan: what it saved or cost in the period.</summary>
/// <param name="UsdPerHour">Of a node that is gone its price then, 0 where a commitment paid for it; of a new one its price at the end of the period.</param>
public sealed record NodeLine(string Name, string Uid, string Machine, DateTimeOffset From, DateTimeOffset To, decimal UsdPerHour, decimal Usd);

public sealed record MoveLine(
    string Namespace, string Name, string Uid, string Plan, string Pod, string Reason, string Outcome, string OutcomeReason, string SourceNode, string TargetNode, DateTimeOffset? CompletedAt,
    long FreezeMs, long Bytes, decimal FreezeUsd, decimal BytesUsd, decimal RestartUsd, decimal AvoidedUsd, string ValuedBy);
