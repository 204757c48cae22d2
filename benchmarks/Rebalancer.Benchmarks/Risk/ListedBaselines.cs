using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>
/// The baselines whose figures are published beside the traces: shares of windows with a loss in the training period, over everything, by pool, by age of the pool's
/// machines, and by that and availability. Each is drawn to the share over everything by some ticks, so that an empty class says that.
/// </summary>
internal sealed class ListedBaselines
{
    private const double ZoneTicks = 50;
    private const double AgeTicks = 50;
    private const double AvailabilityTicks = 20;
    private const int AvailabilityClasses = 5;
    private const double AvailabilityHours = 48;

    private readonly double share;
    private readonly Dictionary<string, (int Lost, int Seen)> pools = [];
    private readonly Dictionary<int, (int Lost, int Seen)> ages = [];
    private readonly Dictionary<(int, int), (int Lost, int Seen)> both = [];

    public ListedBaselines(IReadOnlyList<PoolRecording> training, double until)
    {
        var (lost, seen) = (0, 0);
        foreach (var pool in training)
        {
            var available = Available(pool.Trace);
            foreach (var o in pool.Before(until))
            {
                Count(pools, pool.Trace.Name, o.Lost);
                Count(ages, AgeClass(o), o.Lost);
                Count(both, (AgeClass(o), available(o.Tick)), o.Lost);
                (lost, seen) = (lost + (o.Lost ? 1 : 0), seen + 1);
            }
        }

        share = seen == 0 ? 0 : (double)lost / seen;
    }

    public IEnumerable<(string Name, Func<Observation, double> Forecast)> For(PoolRecording pool)
    {
        var available = Available(pool.Trace);
        yield return ("constant", _ => share);
        yield return ("per-zone", _ => Share(pools, pool.Trace.Name, ZoneTicks));
        yield return ("age", o => Share(ages, AgeClass(o), AgeTicks));
        yield return ("age-availability", o => Share(both, (AgeClass(o), available(o.Tick)), AvailabilityTicks));
    }

    /// <summary>Doubling minutes.</summary>
    private static int AgeClass(Observation o) => (int)Math.Log2((o.Situation.HeldHours * 60) + 1);

    /// <summary>Fifths of the time in which all machines were there.</summary>
    private static Func<int, int> Available(PoolTrace trace)
    {
        var full = new int[trace.Running.Length + 1];
        for (var i = 0; i < trace.Running.Length; i++) { full[i + 1] = full[i] + (trace.IsFull(i) ? 1 : 0); }
        var window = (int)(AvailabilityHours / trace.GapHours);
        return tick =>
        {
            var from = Math.Max(0, tick + 1 - window);
            return Math.Min(AvailabilityClasses - 1, AvailabilityClasses * (full[tick + 1] - full[from]) / (tick + 1 - from));
        };
    }

    private static void Count<T>(Dictionary<T, (int Lost, int Seen)> counts, T key, bool lost)
        where T : notnull
    {
        var (before, seen) = counts.GetValueOrDefault(key);
        counts[key] = (before + (lost ? 1 : 0), seen + 1);
    }

    private double Share<T>(Dictionary<T, (int Lost, int Seen)> counts, T key, double ticks)
        where T : notnull
    {
        var (lost, seen) = counts.GetValueOrDefault(key);
        return (lost + (ticks * share)) / (seen + ticks);
    }
}
