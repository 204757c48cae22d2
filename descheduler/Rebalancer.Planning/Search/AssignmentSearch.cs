namespace Rebalancer.Planning.Search;

/// <summary>Searches for a cheap assignment until a budget is used up; whenever it is stopped, it has one that keeps every constraint.</summary>
public static class AssignmentSearch
{
    /// <summary>The steps between the seeds of threads: far apart after mixing.</summary>
    private const ulong SeedStep = 0xD1342543DE82EF95;

    private const double DefaultHomePull = 4;

    /// <exception cref="ArgumentException">The options are invalid, or the first assignment breaks the problem's constraints.</exception>
    public static SearchResult Run<TRules>(IAssignmentProblem<TRules> problem, SearchOptions options, TimeProvider time, CancellationToken cancel = default)
        where TRules : struct, IAssignmentRules
    {
        options.Validate();
        var start = time.GetTimestamp();
        var first = new SearchState<TRules>(problem);
        if (first.Violations > 0) { throw new ArgumentException($"the first assignment breaks {first.Violations} constraints: the search starts from a feasible one"); }
        var exchange = new Exchange(options.Threads, first.Cost);
        var cooling = Cooling.For(options, first.Cost, problem.Model);
        var initialCost = first.Cost;
        var sizes = new SizeOrder(problem.Model);
        var workers = Enumerable.Range(0, problem.Model.Movable.Length == 0 ? 0 : options.Threads).Select(i =>
        {
            var state = i == 0 ? first : new SearchState<TRules>(problem);
            var pull = new HomePull(problem.Model, options.HomePull ?? (problem.Model.HasTransient ? DefaultHomePull : 0));
            var annealer = new Annealer<TRules>(state, sizes, pull, options.Moves, new SearchRandom(options.Seed + (ulong)i * SeedStep));
            return new SearchWorker<TRules>(state, annealer, pull, cooling, new SearchBudget(options, time, start, cancel), exchange);
        }).ToArray();
        RunAll(workers);
        var best = workers.Select(w => w.State.Best).Append(first.Best).MinBy(b => b.Cost)!;
        return new SearchResult([.. best.Assignment], initialCost, best.Cost, workers.Sum(w => w.Budget.Iterations), Stop(options, time.GetElapsedTime(start), cancel), exchange.Progress(time.GetElapsedTime(start)));
    }

    private static void RunAll<TRules>(SearchWorker<TRules>[] workers)
        where TRules : struct, IAssignmentRules
    {
        if (workers.Length == 1) { workers[0].Run(); }
        else { Parallel.Invoke(new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers.Length) }, [.. workers.Select(w => (Action)w.Run)]); }
    }

    private static SearchStop Stop(SearchOptions options, TimeSpan elapsed, CancellationToken cancel) =>
        cancel.IsCancellationRequested ? SearchStop.Cancelled : elapsed >= options.TimeLimit ? SearchStop.TimeLimit : SearchStop.Iterations;
}
