using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;
using Rebalancer.Model.Tests.Risk.Learned;

namespace Rebalancer.Model.Tests.Risk.Baseline;

public sealed class AgeSharesTests
{
    [Fact]
    public void Fit_IsTheShareOfWindowsWithALossAtThatAge()
    {
        var pools = RecordedPools.Drawn(seed: 1, days: 60);

        var shares = AgeShares.Fit(pools, 0.7, share: 0.2);

        // An hour or more and less than two: from 63 minutes to 127.
        var observed = pools.SelectMany(p => p.Before(0.7)).Where(o => o.Situation.HeldHours is > 63 / 60.0 and < 2).Average(o => o.Lost ? 1.0 : 0);
        Assert.InRange(shares.Probability(Aged(1.5)), observed - 0.02, observed + 0.02);
        Assert.True(shares.Probability(Aged(0)) > 1.5 * shares.Probability(Aged(20)));
    }

    [Fact]
    public void Probability_AgeNeverSeen_IsTheShareOverAll() => Assert.Equal(0.2, AgeShares.Fit([], 1, share: 0.2).Probability(Aged(5)), 12);

    private static PoolSituation Aged(double hours) => new(hours, LossRecord.None, LossRecord.None, LossRecord.None, 1, 0);
}
