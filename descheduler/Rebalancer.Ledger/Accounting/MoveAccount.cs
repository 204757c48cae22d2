using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Accounting;

/// <summary>What one move cost, and what it avoided. Each dollar stands in one of these only.</summary>
/// <param name="FreezeUsd">Frozen seconds times the pod's value of one.</param>
/// <param name="BytesUsd">Bytes sent times the price of a GB.</param>
/// <param name="RestartUsd">The restart that an eviction or a failed move meant, also where the pod would have been lost without it.</param>
/// <param name="AvoidedUsd">
/// The restart that did not happen: the move was made because the pod had to leave (Interruption, Eviction, Maintenance), and it succeeded. The freeze stands
/// in <see cref="FreezeUsd"/>, and is not taken off here once more.
/// </param>
public sealed record MoveAccount(MoveEntry Move, decimal FreezeUsd, decimal BytesUsd, decimal RestartUsd, decimal AvoidedUsd)
{
    private const decimal MillisecondsPerSecond = 1000;
    private const decimal BytesPerGb = 1e9m;

    public decimal CostUsd => FreezeUsd + BytesUsd + RestartUsd;

    public bool Succeeded => Move.Phase == Phases.Succeeded;

    /// <summary>The pod was lost. One that was rolled back runs on.</summary>
    public bool Failed => Move.Phase == Phases.Failed;

    private static bool HadToLeave(string reason) => reason is MoveReasons.Interruption or MoveReasons.Eviction or MoveReasons.Maintenance;

    public static MoveAccount Of(MoveEntry move)
    {
        if (!Phases.IsFinal(move.Phase) || move.Value is not { } value)
        {
            return new MoveAccount(move, 0, 0, 0, 0);
        }

        return new MoveAccount(
            move,
            move.FreezeMs / MillisecondsPerSecond * value.UsdPerFrozenSecond,
            move.Bytes / BytesPerGb * value.UsdPerGb,
            move.Phase == Phases.Failed || (move.Strategy == MoveMethods.Evict && move.Phase == Phases.Succeeded) ? value.UsdPerRestart : 0,
            move.Phase == Phases.Succeeded && HadToLeave(move.Reason) ? value.UsdPerRestart : 0);
    }
}
