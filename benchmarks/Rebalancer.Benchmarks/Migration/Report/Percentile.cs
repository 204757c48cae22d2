namespace Rebalancer.Benchmarks.Migration.Report;

/// <summary>Percentiles by nearest rank: always one of the values.</summary>
internal static class Percentile
{
    /// <param name="share">Above 0, at most 1.</param>
    /// <returns>Null without values.</returns>
    public static double? Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
