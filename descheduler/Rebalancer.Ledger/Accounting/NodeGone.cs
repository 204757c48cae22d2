using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Accounting;

/// <summary>A node that is gone, and what that saves.</summary>
/// <param name="At">When it went.</param>
/// <param name="UsdPerHour">Its price then; 0 where a commitment paid for it.</param>
/// <param name="BackAt">The same machine is a node again: from then on nothing is saved by it.</param>
public sealed record NodeGone(string Uid, string Name, string Machine, DateTimeOffset At, decimal UsdPerHour, DateTimeOffset? BackAt = null)
{
    /// <summary>For as long as it is gone, and the plan's horizon lasts.</summary>
    public Period Saving(PlanEntry plan, DateTimeOffset now)
        => new(At, Earliest(BackAt ?? DateTimeOffset.MaxValue, plan.HorizonEnd ?? At, now));

    internal static DateTimeOffset Earliest(params ReadOnlySpan<DateTimeOffset> instants)
    {
        var earliest = instants[0];
        foreach (var at in instants)
        {
            earliest = at < earliest ? at : earliest;
        }

        return earliest;
    }
}

/// <summary>A node that was added for a plan: what it costs is taken off.</summary>
/// <param name="From">When it was made.</param>
/// <param name="GoneAt">Null: it is there.</param>
/// <param name="Prices">What it cost, piece by piece.</param>
public sealed record NodeAdded(string Uid, string Name, string Machine, DateTimeOffset From, DateTimeOffset? GoneAt, IReadOnlyList<NodeCost> Prices)
{
    public Period Cost(PlanEntry plan, DateTimeOffset now) => new(From, NodeGone.Earliest(GoneAt ?? DateTimeOffset.MaxValue, plan.HorizonEnd ?? From, now));

    /// <summary>At an instant; 0 where it is gone.</summary>
    public decimal UsdPerHour(DateTimeOffset at) => GoneAt <= at ? 0 : Prices.LastOrDefault(p => p.From <= at)?.UsdPerHour ?? 0;
}

/// <summary>A node's price from an instant on.</summary>
public sealed record NodeCost(DateTimeOffset From, decimal UsdPerHour);
