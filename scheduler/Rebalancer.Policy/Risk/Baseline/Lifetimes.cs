using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>The stretches of a trace in which all machines were there.</summary>
internal static class Lifetimes
{
    /// <summary>Those that began within the trace: when one that was there at its start began is not known.</summary>
    public static IEnumerable<Lifetime> Of(PoolRecording pool, double until, BaselineRisk rates)
    {
        var trace = pool.Trace;
        var end = pool.TickAt(until);
        var starts = pool.Observations.Where(o => o.Tick > 0 && !trace.IsFull(o.Tick - 1) && o.Tick < end);
        foreach (var start in starts)
        {
            var last = start.Tick;
            while (last + 1 < end && trace.IsFull(last + 1)) { last++; }
            var ended = last + 1 < end;

            // It ended somewhere between two ticks: in the middle, as far as anybody knows.
            var ticks = last - start.Tick + (ended ? 0.5 : 1);
            yield return new Lifetime(ticks * trace.GapHours, ended, rates.PoolRate(start.Situation));
        }
    }
}
