namespace Rebalancer.Benchmarks.Roadef;

/// <summary>One line of the "roadef" part of bench-planner.json.</summary>
/// <param name="Best">The best published cost that is usable; null: none is known for this instance.</param>
/// <param name="Score">The challenge's: 100 * (cost - best) / initial; null without a best.</param>
internal sealed record RoadefResult(string Instance, double Seconds, int Threads, long Initial, long? Best, long Cost, double? Score)
{
    public static RoadefResult Create(string instance, double seconds, int threads, long initial, long? best, long cost) =>
        new(instance, seconds, threads, initial, best, cost, best is { } b ? Math.Round(100.0 * (cost - b) / initial, 4) : null);
}
