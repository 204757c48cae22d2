using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>What the learned model sees of a situation: the pool's record and what peers lost are in what the baseline says.</summary>
internal static class RiskFeatures
{
    public const int Count = 3;

    /// <summary>A machine that is there for less than ten minutes is new.</summary>
    private const double NewHours = 1.0 / 6;

    public static float[] Of(BaselineRisk baseline, in PoolSituation situation) =>
    [
        (float)LogOdds.Of(baseline.Probability(situation)),
        (float)Math.Log(situation.HeldHours + NewHours),
        (float)situation.AvailableShare,
    ];
}
