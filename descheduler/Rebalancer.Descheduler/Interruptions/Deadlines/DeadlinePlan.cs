namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>
/// Which pods of all nodes that go away can still leave them live, in which order: by priority, then the sooner end, then the shorter copy, each if it fits into
/// what those before it leave of its node's link, its pool's bandwidth and its node's moves at a time. One that does not fit takes nothing from those behind it.
/// Pure.
/// </summary>
internal static class DeadlinePlan
{
    /// <summary>Estimates err: a move that would be over in so many times its estimate still leaves the pod its whole grace period, where that is.</summary>
    private const double Slack = 1.5;

    /// <returns>In the order in which they are to begin; moves under way first.</returns>
    public static IReadOnlyList<PlannedMove> Of(IEnumerable<Leaver> leavers, DeadlineCapacity capacity, DateTimeOffset now)
    {
        var lanes = new DeadlineLanes(capacity, now);
        var all = leavers.ToList();
        var sending = all.Where(l => l.MovesSince is not null).CountBy(l => l.Node).ToDictionary();
        var ordered = all
            .OrderBy(l => l.MovesSince is null)
            .ThenByDescending(l => l.Priority)
            .ThenBy(l => l.CommitBy ?? DateTimeOffset.MaxValue)
            .ThenBy(l => l.Size.Bytes / l.BytesPerSecond)
            .ThenBy(l => l.Name, StringComparer.Ordinal);
        return [.. ordered.Select(leaver => Place(leaver, sending.GetValueOrDefault(leaver.Node), lanes, capacity, now))];
    }

    private static PlannedMove Place(Leaver leaver, int sendingFromNode, DeadlineLanes lanes, DeadlineCapacity capacity, DateTimeOffset now)
    {
        var (start, send) = lanes.Next(leaver);
        TimeSpan? left = leaver.CommitBy is { } last ? last - capacity.Rest - send : null;
        var chosen = StrategyRule.Of(leaver.Size, capacity.SpeedOf(leaver), leaver.MovesSince is null ? left : null, capacity.FreezeBudget);
        if (chosen is not { } strategy)
        {
            return new PlannedMove(leaver, start, start, null, null);
        }

        // What a move under way has behind it, it need not do again; those of one node have shared its link.
        var done = leaver.MovesSince is { } since ? (now - since) / sendingFromNode : TimeSpan.Zero;
        var sent = send + (strategy.Copy > done ? strategy.Copy - done : TimeSpan.Zero);
        var finish = sent + capacity.Rest;
        lanes.Take(leaver, sent, finish);
        var usual = start + ((finish - start) * Slack);
        var deadline = leaver.EvictAt is { } whole && usual <= whole ? whole : leaver.CommitBy;
        return new PlannedMove(leaver, start, finish, strategy.Name, deadline);
    }
}
