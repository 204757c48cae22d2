using System.Globalization;
using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>Learns from recorded interruptions: the forecasters from all of them, and whom to trust from how each would have forecast them.</summary>
public static class RiskTrainer
{
    /// <summary>Windows of a horizon's length; of fewer nothing is learned: half of what the prior of the trained model weighs.</summary>
    public const double MinimumWindows = LogisticRisk.PriorWindows / 2;

    /// <summary>Shares of the training period between which the blocks lie that are forecast by what came before each.</summary>
    private static readonly double[] Edges = [0.25, 0.4, 0.55, 0.7, 0.85, 1];

    /// <param name="pools">All with the same horizon.</param>
    /// <param name="until">The training period: that share of each trace's time, above 0 and at most 1.</param>
    public static RiskModel Train(IReadOnlyList<PoolRecording> pools, double until, int seed)
    {
        var windows = pools.Select(p => p.ToLearn(until)).Sum(l => l.Observations.Count * l.Weight);
        if (windows < MinimumWindows) { return Fallback(pools, until, Text($"{windows:0} recorded windows of the horizon's length, at least {MinimumWindows:0} are needed")); }
        if (RiskExperts.Fit(pools, until, seed) is not { } experts) { return Fallback(pools, until, "every recorded window ended alike"); }
        var weights = Weigh(pools, until, seed, new RiskModel(experts.Baseline, null, ExpertWeights.Of(RiskExperts.Prior), ""));
        return new RiskModel(experts.Baseline, experts, weights, Text($"of the answer {weights} are the pool's record, age, baseline and trained model"));
    }

    private static ExpertWeights Weigh(IReadOnlyList<PoolRecording> pools, double until, int seed, RiskModel before)
    {
        var online = new OnlineForecasts(before);
        for (var block = 0; block + 1 < Edges.Length; block++)
        {
            var (from, to) = (Edges[block] * until, Edges[block + 1] * until);
            online.Model = online.Model with { Experts = RiskExperts.Fit(pools, from, seed) };
            foreach (var (pool, observation) in OnlineForecasts.InOrder(pools, from, to)) { online.Forecast(pool, observation); }
        }

        return online.Model.Weights;
    }

    private static RiskModel Fallback(IReadOnlyList<PoolRecording> pools, double until, string reason) =>
        new(BaselineRisk.Fit(pools, until), null, ExpertWeights.Of(RiskExperts.Prior), "the baseline stands: " + reason);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
