using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>What was learned from recorded interruptions: the baseline, and as much of a trained model as proved itself.</summary>
/// <param name="Learned">Null where the baseline stands alone.</param>
/// <param name="Share">How much of the answer is the trained model's, 0 to 1; the rest is the baseline's.</param>
/// <param name="Reason">Why it is so, for people.</param>
public sealed record RiskModel(BaselineRisk Baseline, LogisticRisk? Learned, double Share, Calibration Calibration, string Reason)
{
    public bool IsFallback => Learned is null || Share == 0;

    /// <summary>Chance of a loss within the horizon, above 0 and below 1.</summary>
    public double Probability(in PoolSituation situation)
    {
        var baseline = Baseline.Probability(situation);
        return Calibration.Apply(Learned is null ? baseline : (Share * Learned.Probability(situation)) + ((1 - Share) * baseline));
    }

    /// <summary>The constant hazard that comes to the same over the horizon, per hour.</summary>
    public double HazardPerHour(in PoolSituation situation) => -Math.Log(1 - Probability(situation)) / Baseline.HorizonHours;
}
