using System.Globalization;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>Forecasts in tenths beside what happened.</summary>
internal sealed record CalibrationTable(IReadOnlyList<(int Count, double Forecast, double Observed)> Bins)
{
    private const int Tenths = 10;

    /// <summary>Mean distance between forecast and what happened, over the tenths.</summary>
    public double Error => Bins.Sum(b => b.Count * Math.Abs(b.Forecast - b.Observed)) / Math.Max(1, Bins.Sum(b => b.Count));

    public static CalibrationTable Of(IReadOnlyList<(double Probability, bool Lost)> forecasts) => new(
        [.. forecasts.GroupBy(f => Math.Min(Tenths - 1, (int)(f.Probability * Tenths))).OrderBy(g => g.Key)
            .Select(g => (g.Count(), g.Average(f => f.Probability), g.Average(f => f.Lost ? 1.0 : 0)))]);

    public override string ToString() =>
        string.Join("  ", Bins.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Forecast:0.00}->{b.Observed:0.00} ({b.Count})")));
}
