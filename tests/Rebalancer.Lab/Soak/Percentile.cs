namespace Rebalancer.Lab.Soak;

/// <summary>Percentiles of few values.</summary>
internal static class Percentile
{
    /// <summary>Nearest rank; 0 without values.</summary>
    /// <param name="share">0 to 1.</param>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
