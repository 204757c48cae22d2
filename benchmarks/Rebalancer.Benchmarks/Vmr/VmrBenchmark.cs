using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Vmr;

/// <summary>Finds migrations that lower the fragment rate, within a number of migrations and a time.</summary>
internal static class VmrBenchmark
{
    public static VmrResult Solve(VmrSnapshot snapshot, string instance, int moves, double seconds, int threads, ulong seed, TimeProvider time)
    {
        var plan = Search(snapshot, moves, seconds, threads, seed, time);
        return new VmrResult(instance, moves, seconds, Rate(snapshot, plan), VmrBound.Rate(snapshot, moves), plan);
    }

    private static IReadOnlyList<VmrMove> Search(VmrSnapshot snapshot, int moves, double seconds, int threads, ulong seed, TimeProvider time)
    {
        var options = new SearchOptions { TimeLimit = TimeSpan.FromSeconds(seconds), Threads = threads, Seed = seed, InitialHeat = 3, FinalHeat = 0.2, HomePull = 1.5, Moves = new MoveMix { Shift = 6000, Swap = 3000, Chain = 1000, Force = 0, Repack = 0 } };
        var found = AssignmentSearch.Run(new VmrProblem(snapshot, moves), options, time);
        return VmrOrder.Find(snapshot, found.Assignment);
    }

    private static double Rate(VmrSnapshot snapshot, IReadOnlyList<VmrMove> plan)
    {
        var replay = new VmrReplay(snapshot);
        foreach (var move in plan)
        {
            if (replay.Make(move) is { } refusal) { throw new InvalidOperationException($"the plan has a migration that cannot be made: {refusal}"); }
        }
        return replay.FragmentRate;
    }
}
