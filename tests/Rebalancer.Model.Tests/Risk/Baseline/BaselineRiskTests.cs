using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Model.Tests.Risk.Baseline;

public sealed class BaselineRiskTests
{
    private static readonly BaselineRisk Half = new(0.5, WeibullAge.None, PeerBoost.None, HorizonHours: 1);

    [Fact]
    public void RecordedShare_OfThisTimeOfDay_IsDrawnToTheWholeRecord_AndThatToAllPools()
    {
        Assert.Equal(0.5, Half.RecordedShare(Recorded(LossRecord.None, LossRecord.None)), 12);
        Assert.Equal(0.3, Half.RecordedShare(Recorded(new LossRecord(1.5, 7), LossRecord.None)), 12);
        Assert.Equal((2 + (3 * 0.3)) / 5, Half.RecordedShare(Recorded(new LossRecord(1.5, 7), new LossRecord(2, 2))), 12);
    }

    [Fact]
    public void Fit_PoolThatIsLostAtNoonEachDay_IsForecastMoreBeforeNoonThanBeforeMidnight()
    {
        // Twenty days of half-hours, without a machine from 12:00 to 12:30.
        var pools = Observing.Observe([new PoolTrace("v100", "a", 1800, [.. Enumerable.Range(0, 20 * 48).Select(i => i % 48 == 24 ? 0 : 1)])], 1);

        var baseline = BaselineRisk.Fit(pools, 0.7);

        double At(int tickOfDay) => pools[0].Within(0.7, 1).Where(o => o.Tick % 48 == tickOfDay).Average(o => baseline.Probability(o.Situation));
        Assert.True(At(23) > 2 * At(47), $"{At(23)} at 11:30, {At(47)} at 23:30");
    }

    private static PoolSituation Recorded(LossRecord ever, LossRecord sameTime) => new(0, ever, sameTime, LossRecord.None, 1, 0);
}
