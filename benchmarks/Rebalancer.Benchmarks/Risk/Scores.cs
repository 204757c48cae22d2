namespace Rebalancer.Benchmarks.Risk;

/// <summary>How good forecasts were.</summary>
internal static class Scores
{
    public static double Brier(IReadOnlyList<(double Probability, bool Lost)> forecasts) => forecasts.Average(f => Math.Pow(f.Probability - (f.Lost ? 1 : 0), 2));

    /// <summary>By ranks (Mann-Whitney), ties in the middle; null where all ended alike.</summary>
    public static double? Auc(IReadOnlyList<(double Probability, bool Lost)> forecasts)
    {
        var lost = forecasts.LongCount(f => f.Lost);
        var kept = forecasts.Count - lost;
        if (lost == 0 || kept == 0) { return null; }
        var ranks = 0.0;
        var before = 0L;
        foreach (var tied in forecasts.GroupBy(f => f.Probability).OrderBy(g => g.Key))
        {
            var count = tied.LongCount();
            ranks += tied.LongCount(f => f.Lost) * (before + ((count + 1) / 2.0));
            before += count;
        }

        return (ranks - (lost * (lost + 1) / 2.0)) / ((double)lost * kept);
    }
}
