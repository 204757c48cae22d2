using System.Collections.Immutable;
using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>Those whose forecasts are mixed: the pool's own record alone, the age of its machines alone, the baseline that composes the two, and the trained model.</summary>
public sealed record RiskExperts(BaselineRisk Baseline, AgeShares Ages, LogisticRisk Learned)
{
    /// <summary>
    /// In the order of <see cref="Forecasts"/>. The later ones know what the earlier ones know, and are trusted more; the earlier ones are there for times in which
    /// age or record mislead.
    /// </summary>
    public static readonly ImmutableArray<double> Prior = [0.1, 0.1, 0.2, 0.6];

    /// <summary>Null where every window that was known before that share of the time ended alike: of that nothing is learned.</summary>
    public static RiskExperts? Fit(IReadOnlyList<PoolRecording> pools, double until, int seed)
    {
        var hasBothOutcomes = pools.SelectMany(p => p.ToLearn(until).Observations).Select(o => o.Lost).Distinct().Take(2).Count() == 2;
        if (!hasBothOutcomes) { return null; }
        var baseline = BaselineRisk.Fit(pools, until);
        return new RiskExperts(baseline, AgeShares.Fit(pools, until, baseline.Share), LogisticRisk.Train(pools, until, baseline, seed));
    }

    /// <summary>Chances of a loss within the horizon, above 0 and below 1.</summary>
    public IReadOnlyList<double> Forecasts(in PoolSituation situation) =>
        [Baseline.RecordedShare(situation), Ages.Probability(situation), Baseline.Probability(situation), Learned.Probability(situation)];
}
