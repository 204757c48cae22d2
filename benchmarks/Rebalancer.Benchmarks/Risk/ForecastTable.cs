namespace Rebalancer.Benchmarks.Risk;

/// <summary>Forecasts of each model over everything that was to be forecast.</summary>
internal sealed class ForecastTable
{
    private readonly Dictionary<string, List<(double Probability, bool Lost)>> forecasts = [];

    public void Add(string model, IEnumerable<(double Probability, bool Lost)> more)
    {
        if (!forecasts.TryGetValue(model, out var list)) { forecasts[model] = list = []; }
        list.AddRange(more);
    }

    /// <summary>In the order in which the models came; none where there was nothing to forecast.</summary>
    public IReadOnlyList<RiskResult> Results(string set, string split, int horizonMinutes) =>
        [.. forecasts.Where(f => f.Value.Count > 0).Select(f => new RiskResult(
            set, split, horizonMinutes, f.Key, Math.Round(Scores.Brier(f.Value), 5), Scores.Auc(f.Value) is { } auc ? Math.Round(auc, 4) : null, CalibrationTable.Of(f.Value)))];
}
