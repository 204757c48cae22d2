using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>A mixture of forecasters, each in the weight that its forecasts have earned; the baseline alone where too little was recorded to learn from.</summary>
/// <param name="Experts">Null where the baseline stands alone.</param>
/// <param name="Weights">Of the experts; <see cref="OnlineForecasts"/> carries them on.</param>
/// <param name="Reason">Why it is so, for people.</param>
public sealed record RiskModel(BaselineRisk Baseline, RiskExperts? Experts, ExpertWeights Weights, string Reason)
{
    public bool IsFallback => Experts is null;

    /// <summary>Chance of a loss within the horizon, above 0 and below 1.</summary>
    public double Probability(in PoolSituation situation) => Experts is null ? Baseline.Probability(situation) : Weights.Mix(Experts.Forecasts(situation));

    /// <summary>The constant hazard that comes to the same over the horizon, per hour.</summary>
    public double HazardPerHour(in PoolSituation situation) => -Math.Log(1 - Probability(situation)) / Baseline.HorizonHours;
}
