using Rebalancer.Benchmarks.Migration.Report;

namespace Rebalancer.Benchmarks.Extender;

/// <param name="Loop">open: so many requests a second, each counted from when it was due; closed: so many clients, each asking again at once.</param>
/// <param name="Names">Node names in each request.</param>
/// <param name="Pods">known: in the extender's cache in the version that is sent; unknown: read from the request.</param>
/// <param name="Errors">Requests without a complete answer.</param>
internal sealed record LoadResult(string Loop, int Names, int Clients, double RequestsPerSecond, double P50Ms, double P99Ms, double MaxMs, int Requests, int Errors)
{
    public string Pods { get; init; } = "known";

    /// <summary>CPU time of the extender alone for each request.</summary>
    public double ServerCpuMs { get; init; }

    public static LoadResult Of(string loop, int names, int clients, IEnumerable<Sample> samples, TimeSpan took)
    {
        var all = samples.ToList();
        var times = all.ConvertAll(s => s.Ms);
        double At(double share) => Math.Round(Percentile.Of(times, share) ?? 0, 3);
        return new LoadResult(loop, names, clients, Math.Round(all.Count / took.TotalSeconds, 1), At(0.5), At(0.99), At(1), all.Count, all.Count(s => !s.Good));
    }
}
