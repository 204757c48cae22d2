using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>The composed baseline: a pool's own rate, what the age of its machines makes of it, and what interruptions of peers add.</summary>
/// <param name="Share">Windows with a loss over all pools, to which a pool of which little is known is drawn: above 0 and below 1.</param>
public sealed record BaselineRisk(double Share, WeibullAge Age, PeerBoost Boost, double HorizonHours)
{
    /// <summary>What a pool's own record has to outweigh.</summary>
    public const double PriorHours = 3;

    /// <summary>Never surer than that: a past without a loss is no promise.</summary>
    private const double LowestProbability = 1e-4;

    /// <param name="pools">What was recorded; of each only what was known before that share of the time.</param>
    public static BaselineRisk Fit(IReadOnlyList<PoolRecording> pools, double until)
    {
        var (lost, seen) = (0, 0);
        foreach (var observation in pools.SelectMany(p => p.Before(until)))
        {
            lost += observation.Lost ? 1 : 0;
            seen++;
        }

        var rates = new BaselineRisk(Math.Clamp(seen == 0 ? 0 : (double)lost / seen, 1e-3, 0.999), WeibullAge.None, PeerBoost.None, pools.Count == 0 ? 1 : pools[0].HorizonHours);
        var aged = rates with { Age = WeibullAge.Fit([.. pools.SelectMany(p => Lifetimes.Of(p, until, rates))]) };
        var rows = pools.SelectMany(p => Rows(p, until, aged)).ToList();
        return aged with { Boost = PeerBoost.Fit(rows, aged.HorizonHours) };
    }

    /// <summary>Windows with a loss in the pool's own record at this time of the day, drawn to its whole record, which is drawn to <see cref="Share"/>: above 0 and below 1.</summary>
    public double RecordedShare(in PoolSituation situation) => situation.SameTime.Share(situation.Ever.Share(Share, PriorHours), PriorHours);

    /// <summary>The pool's own rate per hour: its long and its recent record in equal parts, in log-odds.</summary>
    public double PoolRate(in PoolSituation situation)
    {
        var odds = (LogOdds.Of(RecordedShare(situation)) + LogOdds.Of(situation.Recent.Share(Share, PriorHours))) / 2;
        return -Math.Log(1 - LogOdds.Back(odds)) / HorizonHours;
    }

    /// <summary>Chance of a loss within the horizon, above 0 and below 1.</summary>
    public double Probability(in PoolSituation situation)
    {
        var expected = Expected(situation) + Boost.Over(situation.PeerLoad, HorizonHours);
        return Math.Clamp(1 - Math.Exp(-expected), LowestProbability, 1 - LowestProbability);
    }

    private double Expected(in PoolSituation situation) => PoolRate(situation) * Age.Between(situation.HeldHours, situation.HeldHours + HorizonHours);

    private static IEnumerable<(double, double, double, bool)> Rows(PoolRecording pool, double until, BaselineRisk aged)
    {
        var (observations, weight) = pool.ToLearn(until);
        return observations.Select(o => (aged.Expected(o.Situation), o.Situation.PeerLoad, weight, o.Lost));
    }
}
