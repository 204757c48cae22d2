using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>
/// How model and baseline would have done within the training period: both are fitted to what came before a block of time and forecast that block, three blocks in a row.
/// Nothing of what follows the training period is looked at.
/// </summary>
internal sealed class ForwardTrial
{
    /// <summary>Shares of the training period between which the blocks lie.</summary>
    private static readonly double[] Edges = [0.55, 0.70, 0.85, 1];

    private readonly List<(double Baseline, double Learned, bool Lost, double Weight, int Block)> rows = [];

    public ForwardTrial(IReadOnlyList<PoolRecording> pools, double until, int seed)
    {
        for (var block = 0; block + 1 < Edges.Length; block++)
        {
            var (from, to) = (Edges[block] * until, Edges[block + 1] * until);
            var baseline = BaselineRisk.Fit(pools, from);
            if (!HasBothOutcomes(pools, from)) { continue; }
            var learned = LogisticRisk.Train(pools, from, baseline, seed);
            foreach (var pool in pools)
            {
                // The last outcomes of a block may lie beyond it, but never beyond the training period.
                var end = pool.TickAt(until);
                var weight = Math.Min(1, pool.Trace.GapHours / pool.HorizonHours);
                rows.AddRange(pool.Within(from, to).Where(o => o.OutcomeTick < end)
                    .Select(o => (baseline.Probability(o.Situation), learned.Probability(o.Situation), o.Lost, weight, block)));
            }
        }
    }

    public int Blocks => rows.Select(r => r.Block).Distinct().Count();

    public double Windows => rows.Sum(r => r.Weight);

    public static bool HasBothOutcomes(IReadOnlyList<PoolRecording> pools, double until)
    {
        var seen = pools.SelectMany(p => p.ToLearn(until).Observations).Select(o => o.Lost).Distinct().Take(2).ToList();
        return seen.Count == 2;
    }

    /// <summary>Mean squared error of the forecasts with this share of the model.</summary>
    public double Brier(double share) => rows.Count == 0 ? double.NaN : rows.Sum(r => r.Weight * Square(Mixed(r, share) - (r.Lost ? 1 : 0))) / Windows;

    public IReadOnlyList<Forecast> Forecasts(double share, Func<int, bool> ofBlock) =>
        [.. rows.Where(r => ofBlock(r.Block)).Select(r => new Forecast(Mixed(r, share), r.Lost, r.Weight))];

    private static double Mixed((double Baseline, double Learned, bool, double, int) row, double share) => (share * row.Learned) + ((1 - share) * row.Baseline);

    private static double Square(double x) => x * x;
}
