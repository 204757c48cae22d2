using System.Collections.Immutable;

namespace Rebalancer.Ledger.Entries;

/// <summary>What a ledger holds, as it was read at one instant.</summary>
/// <param name="RecordedSince">Its first entry; null: it is empty. Nothing before that is known.</param>
public sealed record LedgerBook(
    DateTimeOffset? RecordedSince, ImmutableArray<PlanEntry> Plans, ImmutableArray<MoveEntry> Moves, ImmutableArray<NodeEntry> Nodes, ImmutableArray<PriceEntry> Prices)
{
    public static readonly LedgerBook Empty = new(null, [], [], [], []);
}
