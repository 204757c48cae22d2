using System.Collections.Immutable;

namespace Rebalancer.Rebalancing.WhatIf;

/// <summary>What came out. Money is in US dollars.</summary>
/// <param name="Arrivals">Pods that came.</param>
/// <param name="Departures">Pods that went by themselves.</param>
/// <param name="Arms">Doing nothing, evicting, moving live: on the same arrivals, departures and interruptions.</param>
public sealed record SimulationReport(DateTimeOffset Start, double Days, int Seed, int Nodes, int Pods, int Arrivals, int Departures, PlanCounts Plans, ImmutableArray<ArmReport> Arms);

/// <summary>Plans of the arms that move; both carry out the same ones.</summary>
/// <param name="Made">Searches for a plan.</param>
/// <param name="Proposed">Of these: better than what stood, and kept.</param>
/// <param name="Begun">Of these: carried out, completely or not.</param>
/// <param name="Completed">Of these: every move ended well.</param>
/// <param name="Removes">Moves of plans of a pod that a plan had moved within the half hour before.</param>
/// <param name="RemoveShare">Of all moves of plans.</param>
/// <param name="ClosedHours">In which budgets let nothing move.</param>
/// <param name="NewNodes">Nodes of the policy's offered types that plans asked for.</param>
public sealed record PlanCounts(int Made, int Proposed, int Begun, int Completed, int Removes, double RemoveShare, double ClosedHours, int NewNodes);

/// <param name="Name">nothing, evict or live.</param>
/// <param name="NodeUsd">Of all nodes, from their start to their end.</param>
/// <param name="NodesMean">Over time.</param>
/// <param name="NodesEnd">That are there at the end.</param>
/// <param name="Moves">Of plans: live ones, or evictions in their place.</param>
/// <param name="FailedMoves">Of plans: rolled back, refused or lost.</param>
/// <param name="Interruptions">Nodes that were taken away.</param>
/// <param name="SavedPods">That left an interrupted node live, in time.</param>
/// <param name="Restarts">Pods that were lost and started anew, for whatever reason.</param>
/// <param name="FrozenSeconds">Of all live moves.</param>
/// <param name="RestartSeconds">Of pods that were down because they were lost, until they served again.</param>
/// <param name="MovingUsd">Loss by plans: freezes, bytes, restarts.</param>
/// <param name="InterruptionUsd">Loss by interruptions: restarts, and what it took to avoid them.</param>
public sealed record ArmReport(
    string Name, decimal NodeUsd, double NodesMean, int NodesEnd, int Moves, int FailedMoves, int Interruptions, int SavedPods, int Restarts, double FrozenSeconds, double RestartSeconds,
    decimal MovingUsd, decimal InterruptionUsd)
{
    public const string Nothing = "nothing";
    public const string Evict = "evict";
    public const string Live = "live";

    public decimal TotalUsd => NodeUsd + MovingUsd + InterruptionUsd;
}

/// <summary>How far one of the two worlds is, 0 to 1.</summary>
public readonly record struct SimulationProgress(string Arm, double Done);
