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
        var reason = Add(forecasts, pools, TrainingShare, pools, TrainingShare);
        return new RiskRun(forecasts.Results(set.Name, "70/30", horizonMinutes), [reason]);
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
            reasons.Add($"{zone.Key} left out: " + Add(forecasts, [.. pools.Except(zone)], TrainingShare, [.. zone], TrainingShare));
        }

        return new RiskRun(forecasts.Results(set.Name, "leave-one-zone-out", horizonMinutes), reasons);
    }

    /// <summary>Learns from all of the training traces, forecasts all of the others; one result for each set of these.</summary>
    public static RiskRun OnOthers(IReadOnlyList<TraceSet> training, IReadOnlyList<TraceSet> testing, int horizonMinutes)
    {
        var learned = training.SelectMany(s => Observing.Observe(s.Traces, horizonMinutes / 60.0)).ToImmutableArray();
        var results = new List<RiskResult>();
        var reason = "";
        foreach (var set in testing)
        {
            var forecasts = new ForecastTable();
            reason = Add(forecasts, learned, 1, Observing.Observe(set.Traces, horizonMinutes / 60.0), 0);
            results.AddRange(forecasts.Results(set.Name, "train-test", horizonMinutes));
        }

        return new RiskRun(results, [reason]);
    }

    private static string Add(ForecastTable forecasts, ImmutableArray<PoolRecording> training, double until, ImmutableArray<PoolRecording> testing, double from)
    {
        var listed = new ListedBaselines(training, until);
        var model = RiskTrainer.Train(training, until, Seed);
        foreach (var pool in testing)
        {
            var moments = pool.Within(from, 1).ToList();
            foreach (var (name, forecast) in listed.For(pool).Append(("baseline", o => model.Baseline.Probability(o.Situation))).Append(("model", o => model.Probability(o.Situation))))
            {
                forecasts.Add(name, moments.Select(o => (forecast(o), o.Lost)));
            }
        }

        var age = model.Baseline.Age;
        var mixture = model.IsFallback ? "" : FormattableString.Invariant($"{model.Share:0%} model; calibration {model.Calibration.Offset:0.00} + {model.Calibration.Slope:0.00} x; ");
        return FormattableString.Invariant($"{mixture}{model.Reason}; Weibull shape {age.Shape:0.00}, {model.Baseline.Boost.PerInterruption:0.000} more per interruption of a peer");
    }
}

/// <param name="Notes">What the model says of itself.</param>
internal sealed record RiskRun(IReadOnlyList<RiskResult> Results, IReadOnlyList<string> Notes);
