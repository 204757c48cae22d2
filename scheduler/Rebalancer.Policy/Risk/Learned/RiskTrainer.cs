using System.Globalization;
using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>Learns from recorded interruptions, and decides by a trial within them whether what was learned replaces the baseline.</summary>
public static class RiskTrainer
{
    /// <summary>Of fewer losses nothing is learned.</summary>
    public const int MinimumLosses = 20;

    /// <summary>Windows of a horizon's length that a trial needs.</summary>
    public const double MinimumWindows = 24;

    private static readonly double[] Shares = [0, 0.25, 0.5, 0.75, 1];

    /// <param name="pools">All with the same horizon.</param>
    /// <param name="until">The training period: that share of each trace's time, above 0 and at most 1.</param>
    public static RiskModel Train(IReadOnlyList<PoolRecording> pools, double until, int seed)
    {
        var baseline = BaselineRisk.Fit(pools, until);
        var losses = pools.Sum(p => Enumerable.Range(0, p.TickAt(until)).Count(p.Trace.IsLoss));
        if (losses < MinimumLosses) { return Fallback(baseline, $"{losses} recorded losses, at least {MinimumLosses} are needed"); }
        if (!ForwardTrial.HasBothOutcomes(pools, until)) { return Fallback(baseline, "every recorded window ended alike"); }
        var trial = new ForwardTrial(pools, until, seed);
        if (trial.Blocks < 2 || trial.Windows < MinimumWindows)
        {
            return Fallback(baseline, Text($"{trial.Windows:0} windows of the horizon's length to try it on, at least {MinimumWindows:0} are needed"));
        }

        var share = Shares.MinBy(trial.Brier);
        if (share == 0) { return Fallback(baseline, Text($"no mixture did better in the trial: Brier score {trial.Brier(1):0.0000} alone, {trial.Brier(0):0.0000} of the baseline")); }
        var learned = LogisticRisk.Train(pools, until, baseline, seed);
        return new RiskModel(baseline, learned, share, CalibrationOf(trial, share), Text($"in the trial Brier score {trial.Brier(share):0.0000}, {trial.Brier(0):0.0000} of the baseline"));
    }

    /// <summary>Fitted to the first blocks it has to help in the last one; otherwise there is none.</summary>
    private static Calibration CalibrationOf(ForwardTrial trial, double share)
    {
        var last = trial.Forecasts(share, b => b == 2);
        var tried = Calibration.Fit(trial.Forecasts(share, b => b < 2));
        return last.Count > 0 && Brier(last, tried) < Brier(last, Calibration.None) ? Calibration.Fit(trial.Forecasts(share, _ => true)) : Calibration.None;
    }

    private static double Brier(IReadOnlyList<Forecast> forecasts, Calibration calibration) =>
        forecasts.Sum(f => f.Weight * Math.Pow(calibration.Apply(f.Probability) - (f.Lost ? 1 : 0), 2)) / forecasts.Sum(f => f.Weight);

    private static RiskModel Fallback(BaselineRisk baseline, string reason) => new(baseline, null, 0, Calibration.None, "the baseline stands: " + reason);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
