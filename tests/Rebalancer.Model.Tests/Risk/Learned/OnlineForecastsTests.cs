using Rebalancer.Policy.Risk.Learned;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Model.Tests.Risk.Learned;

public sealed class OnlineForecastsTests
{
    private const double TrainingShare = 0.7;

    private static readonly IReadOnlyList<PoolRecording> Pools = RecordedPools.Drawn(seed: 1, days: 30);
    private static readonly RiskModel Model = RiskTrainer.Train(Pools, TrainingShare, seed: 1);

    [Fact]
    public void Forecast_OutcomesThatAreNotKnownYet_AreNotUsed()
    {
        var cut = (int)(0.85 * Pools[0].Trace.Running.Length);
        var horizon = Pools[0].Trace.Ticks(Pools[0].HorizonHours);
        IReadOnlyList<PoolRecording> turned = [.. Pools.Select(p => p with { Observations = [.. p.Observations.Select(o => o.OutcomeTick >= cut ? o with { Lost = !o.Lost } : o)] })];

        var (told, toldOtherwise) = (Forecasts(Pools), Forecasts(turned));

        Assert.Equal(told.Where(f => f.Tick < cut), toldOtherwise.Where(f => f.Tick < cut));
        Assert.NotEqual(told.Where(f => f.Tick > cut + horizon), toldOtherwise.Where(f => f.Tick > cut + horizon));
    }

    [Fact]
    public void Forecast_FirstHorizon_IsTheModelsAsItStands_AfterThatItLearns()
    {
        var online = new OnlineForecasts(Model);
        var moments = OnlineForecasts.InOrder(Pools, TrainingShare, 1).ToList();
        var horizon = Pools[0].Trace.Ticks(Pools[0].HorizonHours);
        var first = moments[0].Observation.Tick;

        Assert.All(moments.Where(m => m.Observation.Tick < first + horizon), m => Assert.Equal(Model.Probability(m.Observation.Situation), online.Forecast(m.Pool, m.Observation)));
        foreach (var (pool, observation) in moments.Where(m => m.Observation.Tick >= first + horizon)) { online.Forecast(pool, observation); }

        Assert.NotEqual(Model.Weights.Current, online.Model.Weights.Current);
    }

    [Fact]
    public void InOrder_IsByHours_WhateverTheGaps()
    {
        IReadOnlyList<PoolRecording> mixed = [Pools[0], .. Observing.Observe([new PoolTrace("type", "zone", 300, [.. Enumerable.Repeat(1, 8000)])], 1)];

        var hours = OnlineForecasts.InOrder(mixed, 0, 1).Select(x => x.Observation.Tick * x.Pool.Trace.GapHours).ToList();

        Assert.Equal(hours.Order(), hours);
    }

    [Fact]
    public void Forecast_ModelThatFellBack_IsTheBaselines()
    {
        var fallback = RiskTrainer.Train([], 1, seed: 1);
        var observation = Pools[0].Observations[0];

        Assert.Equal(fallback.Baseline.Probability(observation.Situation), new OnlineForecasts(fallback).Forecast(Pools[0], observation));
    }

    private static List<(int Tick, double Probability)> Forecasts(IReadOnlyList<PoolRecording> pools)
    {
        var online = new OnlineForecasts(Model);
        return [.. OnlineForecasts.InOrder(pools, TrainingShare, 1).Select(x => (x.Observation.Tick, online.Forecast(x.Pool, x.Observation)))];
    }
}
