using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Reading;

namespace Rebalancer.Ledger.Accounting;

/// <summary>
/// What a plan has really brought.
/// <para>Saved: for each of its freed nodes that is gone, the node's price when it went, for as long as the machine stays away, and until the plan's horizon
/// ends: its start and the stable hours that its promise was made for. Time that moves and an autoscaler need is not saved. A node that was empty before the
/// plan, and one that a commitment pays for, save nothing.</para>
/// <para>Less the price of the nodes that were added for it, in the same horizon, and less the moves: frozen seconds and restarts at the pod's value, bytes at
/// the price of a GB.</para>
/// </summary>
/// <param name="UsdPerHour">At the instant of measuring: nodes that are gone, less new ones that are there.</param>
/// <param name="NodesUsd">Saved by nodes that are gone.</param>
/// <param name="NewNodesUsd">Cost of nodes that were added.</param>
/// <param name="MovingUsd">Cost of its moves.</param>
public sealed record Realised(decimal UsdPerHour, decimal NodesUsd, decimal NewNodesUsd, decimal MovingUsd, int SucceededMoves, int FailedMoves, long FreezeMs, int NodesGone)
{
    public decimal NetUsd => NodesUsd - NewNodesUsd - MovingUsd;

    /// <param name="gone">Those of its freed nodes that are gone, each once.</param>
    /// <param name="added">Those that were added for it, each once.</param>
    /// <param name="moves">Of its moves, those that have ended.</param>
    /// <param name="within">Only what falls into this period; its end is the instant of measuring.</param>
    public static Realised Of(PlanEntry plan, IReadOnlyCollection<NodeGone> gone, IReadOnlyCollection<NodeAdded> added, IReadOnlyCollection<MoveAccount> moves, Period within)
    {
        var now = within.To;
        var away = gone.Where(n => n.At <= now && !(n.BackAt <= now)).ToList();
        return new Realised(
            away.Sum(n => n.UsdPerHour) - added.Where(n => n.From <= now).Sum(n => n.UsdPerHour(now)),
            gone.Sum(n => n.Saving(plan, now).Within(within).Usd(n.UsdPerHour)),
            added.Sum(n => Parts(plan, n, within).Sum(p => p.Part.Usd(p.UsdPerHour))),
            moves.Sum(m => m.CostUsd),
            moves.Count(m => m.Succeeded),
            moves.Count(m => m.Failed),
            moves.Sum(m => m.Move.FreezeMs),
            away.Count);
    }

    /// <summary>The same of a plan as the API server has it, since it began.</summary>
    public static Realised Of(RebalancePlan plan, IReadOnlyCollection<NodeGone> gone, IReadOnlyCollection<NodeAdded> added, IReadOnlyCollection<MoveAccount> moves, DateTimeOffset now)
        => Of(PlanReading.Of(plan), gone, added, moves, new Period(DateTimeOffset.UnixEpoch, Exact.Instant(now)));

    /// <summary>As it stands in the plan's status.</summary>
    public RealisedSavings ToStatus(DateTimeOffset measuredAt) => new()
    {
        MeasuredAt = Exact.Instant(measuredAt),
        UsdPerHourSaved = Text(UsdPerHour),
        UsdMoving = Text(MovingUsd),
        SucceededMoves = SucceededMoves,
        FailedMoves = FailedMoves,
        FreezeMs = FreezeMs,
        NodesGone = NodesGone,
    };

    /// <summary>The pieces of what an added node costs a plan within a period.</summary>
    internal static IEnumerable<(Period Part, decimal UsdPerHour)> Parts(PlanEntry plan, NodeAdded node, Period within)
    {
        var all = node.Cost(plan, within.To).Within(within);
        for (var i = 0; i < node.Prices.Count; i++)
        {
            var until = i + 1 < node.Prices.Count ? node.Prices[i + 1].From : DateTimeOffset.MaxValue;
            if (new Period(node.Prices[i].From, until).Within(all) is { IsEmpty: false } part)
            {
                yield return (part, node.Prices[i].UsdPerHour);
            }
        }
    }

    private static DecimalText Text(decimal usd) => new(usd.ToString("0.#########", CultureInfo.InvariantCulture));
}
