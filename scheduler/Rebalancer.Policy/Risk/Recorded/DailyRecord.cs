namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>What became of a pool's windows by the time of the day at which they began.</summary>
internal sealed class DailyRecord
{
    /// <summary>Four weeks: what the hours of a day were like before says little.</summary>
    private const int MostDays = 28;

    private readonly PoolTrace trace;
    private readonly int horizonTicks;

    /// <summary>Windows, and those of them with a loss, that began before each tick.</summary>
    private readonly (int Seen, int Lost)[] before;

    /// <param name="lostWithin">Whether a machine was lost within the horizon after a tick; asked of ticks with the whole horizon after them.</param>
    public DailyRecord(PoolTrace trace, int horizonTicks, Func<int, bool> lostWithin)
    {
        (this.trace, this.horizonTicks) = (trace, horizonTicks);
        before = new (int, int)[Math.Max(0, trace.Running.Length - horizonTicks) + 1];
        for (var tick = 0; tick + 1 < before.Length; tick++)
        {
            var seen = trace.IsFull(tick) ? 1 : 0;
            before[tick + 1] = (before[tick].Seen + seen, before[tick].Lost + (seen == 1 && lostWithin(tick) ? 1 : 0));
        }
    }

    /// <summary>Windows of earlier days that began within <see cref="Observing.SameTimeHours"/> of that tick's time, as far as their outcome is known by then.</summary>
    public LossRecord SameTime(int tick)
    {
        var off = trace.Ticks(Observing.SameTimeHours);
        var (seen, lost) = (0, 0);
        for (var day = 1; day <= MostDays; day++)
        {
            var then = tick - trace.Ticks(24.0 * day);
            if (then + off < 0) { break; }
            var from = before[Math.Clamp(then - off, 0, before.Length - 1)];
            var to = before[Math.Clamp(Math.Min(then + off, tick - horizonTicks + 1), 0, before.Length - 1)];
            if (to.Seen > from.Seen) { (seen, lost) = (seen + to.Seen - from.Seen, lost + to.Lost - from.Lost); }
        }

        return new LossRecord(lost * trace.GapHours, seen * trace.GapHours);
    }
}
