using System.Collections.Immutable;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>Shares of windows with a loss by the age of the machines alone, in doubling minutes: no law of age, and nothing of the pool.</summary>
/// <param name="Share">Over all ages, to which an age of which little is known is drawn: above 0 and below 1.</param>
public sealed record AgeShares(double Share, ImmutableDictionary<int, LossRecord> ByAge)
{
    /// <param name="pools">What was recorded; of each only what was known before that share of the time.</param>
    public static AgeShares Fit(IReadOnlyList<PoolRecording> pools, double until, double share)
    {
        var ages = ImmutableDictionary.CreateBuilder<int, LossRecord>();
        foreach (var pool in pools)
        {
            var hours = pool.Trace.GapHours;
            foreach (var o in pool.Before(until))
            {
                var age = AgeOf(o.Situation);
                var record = ages.GetValueOrDefault(age);
                ages[age] = new LossRecord(record.LostHours + (o.Lost ? hours : 0), record.SeenHours + hours);
            }
        }

        return new AgeShares(share, ages.ToImmutable());
    }

    /// <summary>Chance of a loss within the horizon, above 0 and below 1.</summary>
    public double Probability(in PoolSituation situation) => ByAge.GetValueOrDefault(AgeOf(situation)).Share(Share, BaselineRisk.PriorHours);

    private static int AgeOf(in PoolSituation situation) => (int)Math.Log2((situation.HeldHours * 60) + 1);
}
