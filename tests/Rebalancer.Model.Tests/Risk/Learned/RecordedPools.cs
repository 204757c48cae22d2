using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Model.Tests.Risk.Learned;

/// <summary>Traces drawn by a seed, of ten minutes a tick.</summary>
internal static class RecordedPools
{
    private const int TicksPerDay = 144;

    /// <summary>Pools that are lost at a rate of their own, and more often in the first hours after each loss.</summary>
    public static IReadOnlyList<PoolRecording> Drawn(int seed, int days, double horizonHours = 1, double youngFactor = 6)
    {
        var random = new Random(seed);
        double[] rates = [0.002, 0.01, 0.03, 0.08];
        return Observing.Observe([.. rates.Select((rate, i) => new PoolTrace("type", $"zone-{i}", 600, [.. Trace(random, rate, youngFactor, days * TicksPerDay)]))], horizonHours);
    }

    public static double Brier(IReadOnlyList<PoolRecording> pools, double from, Func<PoolSituation, double> forecast) =>
        pools.SelectMany(p => p.Within(from, 1)).Average(o => Math.Pow(forecast(o.Situation) - (o.Lost ? 1 : 0), 2));

    private static IEnumerable<int> Trace(Random random, double rate, double youngFactor, int ticks)
    {
        var (held, running) = (100, 1);
        for (var tick = 0; tick < ticks; tick++)
        {
            running = running == 0 ? (random.NextDouble() < 0.5 ? 1 : 0) : random.NextDouble() < (held < 6 ? rate * youngFactor : rate) ? 0 : 1;
            held = running == 0 ? 0 : held + 1;
            yield return running;
        }
    }
}
