using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>Solves one instance with the planner's search and has the solution checked by the evaluator.</summary>
internal static class RoadefBenchmark
{
    /// <exception cref="InvalidOperationException">The evaluator found a broken constraint or another cost than the search.</exception>
    public static (RoadefResult Result, int[] Assignment) Solve(string name, string modelFile, string initialFile, long? best, SearchOptions options, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var instance = RoadefReader.ReadModel(modelFile);
        var initial = RoadefReader.ReadAssignment(initialFile, instance);
        // The challenge's limit includes reading the files.
        var left = options.TimeLimit is { } limit ? limit - time.GetElapsedTime(start) : (TimeSpan?)null;
        var found = AssignmentSearch.Run(new RoadefProblem(instance, initial), options with { TimeLimit = left is { } l && l <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left }, time);
        int[] assignment = [.. found.Assignment];
        Check(instance, initial, assignment, found.Cost);
        var initialCost = RoadefEvaluator.Cost(instance, initial, initial).Total;
        return (RoadefResult.Create(name, options.TimeLimit?.TotalSeconds ?? 0, options.Threads, initialCost, best, found.Cost), assignment);
    }

    private static void Check(RoadefInstance instance, int[] initial, int[] assignment, long cost)
    {
        var violations = RoadefEvaluator.Violations(instance, initial, assignment).ToList();
        if (violations.Count > 0) { throw new InvalidOperationException($"the solution breaks {violations.Count} constraints: {string.Join("; ", violations.Take(5))}"); }
        var evaluated = RoadefEvaluator.Cost(instance, initial, assignment);
        if (evaluated.Total != cost) { throw new InvalidOperationException($"the search says that the solution costs {cost}, the evaluator {evaluated.Total}: {evaluated}"); }
    }
}
