using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Model.Tests.Risk.Recorded;

public sealed class ObservingTests
{
    [Fact]
    public void Observe_OutcomeIsAnyLossWithinTheHorizon()
    {
        var observations = Observe(1, 1, 1, 1, 0, 1, 1, 1);

        Assert.Equal([0, 1, 2, 3, 5], observations.Select(o => o.Tick));
        Assert.Equal([false, false, true, true, false], observations.Select(o => o.Lost));
    }

    [Fact]
    public void Observe_SituationKnowsNothingOfWhatComesAfterIt()
    {
        int[] common = [2, 2, 1, 2, 2, 2, 0, 2, 2];
        var calm = Observe([.. common, 2, 2, 2, 2, 2, 2]);
        var stormy = Observe([.. common, 0, 2, 1, 0, 2, 2]);

        var last = common.Length - 1;
        Assert.Equal(calm.Where(o => o.Tick <= last).Select(o => o.Situation), stormy.Where(o => o.Tick <= last).Select(o => o.Situation));
        Assert.NotEqual(calm.Single(o => o.Tick == last).Lost, stormy.Single(o => o.Tick == last).Lost);
    }

    [Fact]
    public void Observe_HeldHours_BeginAnewWithEachLoss()
        => Assert.Equal([0, 0.5, 1, 0, 0.5], Observe(1, 1, 1, 0, 1, 1, 1, 1).Select(o => o.Situation.HeldHours));

    [Fact]
    public void Observe_Record_CountsWindowsWhoseOutcomeIsKnown()
    {
        var last = Observe(1, 1, 1, 0, 1, 1, 1, 1)[^1];

        Assert.Equal(5, last.Tick);
        Assert.Equal(new LossRecord(1, 1.5), last.Situation.Ever);
        Assert.True(last.Situation.Recent.SeenHours < 1.5);
    }

    [Fact]
    public void Observe_SameTime_CountsWindowsThatBeganNearThatTimeOnEarlierDays()
    {
        // Half an hour a tick; the windows that begin at 9:00 and 9:30 of the first day are lost.
        var situations = Observe([.. Enumerable.Range(0, 150).Select(i => i == 20 ? 0 : 1)]).ToDictionary(o => o.Tick, o => o.Situation.SameTime);

        Assert.Equal(LossRecord.None, situations[40]);
        Assert.Equal(new LossRecord(1, 2.5), situations[48 + 19]);
        Assert.Equal(new LossRecord(0, 3), situations[48 + 30]);
        Assert.Equal(new LossRecord(1, 5.5), situations[96 + 19]);
    }

    [Theory]
    [InlineData(22, 6)]
    [InlineData(24, 4)]
    [InlineData(25, 2)]
    [InlineData(30, 0)]
    public void Observe_SameTime_LeavesOutWhatIsNotKnownYet(int horizonHours, int knownTicks)
    {
        var trace = new PoolTrace("v100", "a", 1800, [.. Enumerable.Repeat(1, 150)]);

        var situation = Observing.Observe([trace], horizonHours)[0].Observations.Single(o => o.Tick == 60).Situation;

        Assert.Equal(knownTicks * 0.5, situation.SameTime.SeenHours);
    }

    [Fact]
    public void Observe_LossOfAPeer_IsALoadThatFadesWithinMinutes()
    {
        PoolTrace Pool(string type, string zone, int[] running) => new(type, zone, 60, [.. running]);
        int[] steady = [1, 1, 1, 1, 1, 1, 1, 1];
        var pools = Observing.Observe([Pool("v100", "a", steady), Pool("v100", "b", [1, 1, 0, 0, 0, 0, 0, 0]), Pool("k80", "c", steady)], 1 / 60.0);

        var load = pools[0].Observations.Select(o => o.Situation.PeerLoad).ToList();
        Assert.Equal(0, load[1]);
        Assert.Equal(1, load[2]);
        Assert.InRange(load[5], 0.07, 0.09);
        Assert.All(pools[2].Observations, o => Assert.Equal(0, o.Situation.PeerLoad));
    }

    [Fact]
    public void Before_LeavesOutWhatWasNotKnownByThen()
    {
        var pool = Observing.Observe([new PoolTrace("v100", "a", 1800, [1, 1, 1, 1, 1, 1, 1, 0, 1, 1])], 1)[0];

        Assert.All(pool.Before(0.7), o => Assert.True(o.OutcomeTick < 7));
        Assert.DoesNotContain(pool.Before(0.7), o => o.Lost);
    }

    private static List<Observation> Observe(params int[] running) => [.. Observing.Observe([new PoolTrace("v100", "a", 1800, [.. running])], 1)[0].Observations];
}
