using Rebalancer.Policy.Risk.Learned;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Model.Tests.Risk.Learned;

public sealed class RiskTrainerTests
{
    private const double TrainingShare = 0.7;

    [Fact]
    public void Train_PoolsThatDiffer_BeatsTheShareOverAll()
    {
        var pools = RecordedPools.Drawn(seed: 1, days: 30);

        var model = RiskTrainer.Train(pools, TrainingShare, seed: 1);

        var share = pools.SelectMany(p => p.Before(TrainingShare)).Average(o => o.Lost ? 1.0 : 0);
        Assert.True(RecordedPools.Brier(pools, TrainingShare, s => model.Probability(s)) < 0.95 * RecordedPools.Brier(pools, TrainingShare, _ => share), model.Reason);
    }

    [Fact]
    public void Train_PoolNeverSeen_IsForecastByItsOwnPast()
    {
        var pools = RecordedPools.Drawn(seed: 2, days: 30);

        var model = RiskTrainer.Train([.. pools.Take(3)], TrainingShare, seed: 1);

        var observed = pools[3].Within(TrainingShare, 1).Average(o => o.Lost ? 1.0 : 0);
        var forecast = pools[3].Within(TrainingShare, 1).Average(o => model.Probability(o.Situation));
        Assert.InRange(forecast, observed - 0.12, observed + 0.12);
    }

    [Fact]
    public void Train_FutureOfTheTrainingPeriod_IsNotLookedAt()
    {
        var pools = RecordedPools.Drawn(seed: 3, days: 20);
        var cut = Observing.Observe([.. pools.Select(p => p.Trace with { Running = p.Trace.Running.SetItem(p.Trace.Running.Length - 1, 0).SetItem(p.Trace.Running.Length - 30, 0) })], 1);

        var (a, b) = (RiskTrainer.Train(pools, TrainingShare, seed: 1), RiskTrainer.Train(cut, TrainingShare, seed: 1));

        Assert.Equal(a.Reason, b.Reason);
        Assert.All(pools[2].Observations, o => Assert.Equal(a.Probability(o.Situation), b.Probability(o.Situation)));
    }

    [Fact]
    public void Train_Twice_SaysTheSame()
    {
        var pools = RecordedPools.Drawn(seed: 4, days: 20);

        var (a, b) = (RiskTrainer.Train(pools, TrainingShare, seed: 1), RiskTrainer.Train(pools, TrainingShare, seed: 1));

        Assert.All(pools[1].Observations, o => Assert.Equal(a.Probability(o.Situation), b.Probability(o.Situation)));
    }

    [Fact]
    public void Train_ShortRecord_FallsBackAndSaysWhy()
    {
        var brief = Observing.Observe([new PoolTrace("type", "zone", 600, [.. Enumerable.Range(0, 250).Select(i => i % 20 == 19 ? 0 : 1)])], 1);

        var model = RiskTrainer.Train(brief, 1, seed: 1);

        Assert.True(model.IsFallback);
        Assert.Contains("39 recorded windows", model.Reason, StringComparison.Ordinal);
        Assert.All(brief[0].Observations, o => Assert.Equal(model.Baseline.Probability(o.Situation), model.Probability(o.Situation)));
    }

    [Fact]
    public void Train_NeverALoss_FallsBackAndSaysWhy()
    {
        var calm = Observing.Observe([new PoolTrace("type", "zone", 600, [.. Enumerable.Repeat(1, 2000)])], 1);

        Assert.Contains("ended alike", RiskTrainer.Train(calm, 1, seed: 1).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_FewLosses_ForecastsLittle()
    {
        var calm = Observing.Observe([new PoolTrace("type", "zone", 600, [.. Enumerable.Range(0, 2000).Select(i => i % 700 == 699 ? 0 : 1)])], 1);

        var model = RiskTrainer.Train(calm, 0.7, seed: 1);

        Assert.False(model.IsFallback);
        Assert.All(calm[0].Within(0.75, 1), o => Assert.InRange(model.Probability(o.Situation), 1e-6, 0.05));
    }

    [Fact]
    public void Train_AgeTellsAll_RecordAloneLosesTrust()
    {
        // Lost after half an hour six times, then there for ten hours.
        int[] pattern = [.. Enumerable.Repeat<int[]>([1, 1, 1, 0], 6).SelectMany(x => x), .. Enumerable.Repeat(1, 60)];
        var pools = Observing.Observe([new PoolTrace("type", "zone", 600, [.. Enumerable.Repeat(pattern, 20).SelectMany(x => x)])], 1);

        var weights = RiskTrainer.Train(pools, 1, seed: 1).Weights;

        Assert.True(weights.Current[0] < weights.Prior[0] / 2, weights.ToString());
    }

    [Fact]
    public void Train_NothingRecorded_FallsBack_AndStillAnswers()
    {
        var model = RiskTrainer.Train([], 1, seed: 1);

        Assert.True(model.IsFallback);
        Assert.InRange(model.Probability(new PoolSituation(1, LossRecord.None, LossRecord.None, LossRecord.None, 1, 0)), 1e-4, 0.5);
    }

    [Fact]
    public void Train_Probabilities_AreFiniteAndInside()
    {
        var model = RiskTrainer.Train(RecordedPools.Drawn(seed: 5, days: 20), 1, seed: 1);
        var odd = new PoolSituation(1e6, new LossRecord(1e5, 1e5), new LossRecord(1e5, 1e5), new LossRecord(0, 1e5), 0, 1e3);

        Assert.InRange(model.Probability(odd), double.Epsilon, 1 - 1e-12);
        Assert.True(double.IsFinite(model.HazardPerHour(odd)));
    }
}
