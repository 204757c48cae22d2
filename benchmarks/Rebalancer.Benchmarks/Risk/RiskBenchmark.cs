using System.Collections.Immutable;
using Rebalancer.Policy.Risk.Learned;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>Forecasts losses of machines in traces that the forecasting has not seen, and scores them.</summary>
internal static class RiskBenchmark
{
    public const double TrainingShare = 0.7;

    private const int Seed = 1;

    /// <summary>Learns from the first 70 % of each trace's time, forecasts the rest of the same pools.</summary>
    public static RiskRun InTime(TraceSet set, int horizonMinutes)
    {
        var pools = Observing.Observe(set.Traces, horizonMinutes / 60.0);
        var forecasts = new ForecastTable();
        var models = Learn(pools, TrainingShare);
        Add(forecasts, models, pools, TrainingShare);
        return new RiskRun(forecasts.Results(set.Name, "70/30", horizonMinutes), [Note(models.Model)]);
    }

    /// <summary>As <see cref="InTime"/>, but each zone is forecast by what was learned from the others.</summary>
    public static RiskRun OutOfZone(TraceSet set, int horizonMinutes)
    {
        var pools = Observing.Observe(set.Traces, horizonMinutes / 60.0);
        var forecasts = new ForecastTable();
        var reasons = new List<string>();
        var zones = pools.GroupBy(p => p.Trace.Zone).ToList();
        if (zones.Count < 2) { return new RiskRun([], [$"{set.Name} has one zone"]); }
        foreach (var zone in zones)
        {
            var models = Learn([.. pools.Except(zone)], TrainingShare);
            Add(forecasts, models, zone, TrainingShare);
            reasons.Add($"{zone.Key} left out: {Note(models.Model)}");
        }

        return new RiskRun(forecasts.Results(set.Name, "leave-one-zone-out", horizonMinutes), reasons);
    }

    /// <summary>Learns from all of the training traces, forecasts all of the others; one result for each set of these.</summary>
    public static RiskRun OnOthers(IReadOnlyList<TraceSet> training, IReadOnlyList<TraceSet> testing, int horizonMinutes)
    {
        var learned = training.SelectMany(s => Observing.Observe(s.Traces, horizonMinutes / 60.0)).ToImmutableArray();
        var models = Learn(learned, 1);
        var results = new List<RiskResult>();
        foreach (var set in testing)
        {
            var forecasts = new ForecastTable();
            Add(forecasts, models, Observing.Observe(set.Traces, horizonMinutes / 60.0), 0);
            results.AddRange(forecasts.Results(set.Name, "train-test", horizonMinutes));
        }

        return new RiskRun(results, [Note(models.Model)]);
    }

    private static (ListedBaselines Listed, RiskModel Model) Learn(ImmutableArray<PoolRecording> training, double until) =>
        (new ListedBaselines(training, until), RiskTrainer.Train(training, until, Seed));

    /// <summary>The model goes on learning whom to trust from what it forecasts here, as each outcome becomes known; the others stay as the training left them.</summary>
    private static void Add(ForecastTable forecasts, (ListedBaselines Listed, RiskModel Model) models, IEnumerable<PoolRecording> testing, double from)
    {
        var (listed, model) = models;
        var pools = testing.ToList();
        foreach (var pool in pools)
        {
            var moments = pool.Within(from, 1).ToList();
            foreach (var (name, forecast) in listed.For(pool).Append(("baseline", o => model.Baseline.Probability(o.Situation))))
            {
                forecasts.Add(name, moments.Select(o => (forecast(o), o.Lost)));
            }
        }

        var online = new OnlineForecasts(model);
        forecasts.Add("model", OnlineForecasts.InOrder(pools, from, 1).Select(x => (online.Forecast(x.Pool, x.Observation), x.Observation.Lost)));
    }

    private static string Note(RiskModel model) => FormattableString.Invariant(
        $"{model.Reason}; Weibull shape {model.Baseline.Age.Shape:0.00}, {model.Baseline.Boost.PerInterruption:0.000} more per interruption of a peer");
}

/// <param name="Notes">What the model says of itself.</param>
internal sealed record RiskRun(IReadOnlyList<RiskResult> Results, IReadOnlyList<string> Notes);
