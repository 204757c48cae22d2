namespace Rebalancer.Benchmarks.Migration;

/// <summary>Which combinations a run measures, in its order: the methods of one workload one after another, so that what the machine does meanwhile meets them alike.</summary>
internal static class MigrationPlan
{
    /// <summary>The size that rewriting is measured at: large enough that a copy takes time, small enough that the writes touch much of it.</summary>
    public const int RewrittenMb = 512;

    /// <summary>From this size on those methods whose move takes minutes make fewer, so that a run stays bounded.</summary>
    public const int LargeMb = 2048;
    public const int MovesOfLarge = 3;

    public static IReadOnlyList<Combination> Of(MigrationOptions options) =>
    [
        .. from workload in Workloads(options)
           from link in options.LinkMbitPerS.Distinct()
           from method in options.Methods.Distinct()
           select new Combination(method, workload.MemoryMb, workload.WriteMbPerS, link, Moves(method, options.Moves, workload.MemoryMb)),
    ];

    public static TimeSpan Estimate(IEnumerable<Combination> plan) => plan.Aggregate(TimeSpan.Zero, (sum, each) => sum + each.Estimate);

    private static int Moves(string method, int wanted, int memoryMb) => memoryMb >= LargeMb && method != MigrationOptions.Ours ? Math.Min(wanted, MovesOfLarge) : wanted;

    /// <summary>Every size idle; every rate at the one size nearest to <see cref="RewrittenMb"/>.</summary>
    private static IEnumerable<(int MemoryMb, int WriteMbPerS)> Workloads(MigrationOptions options)
    {
        var sizes = options.MemoryMb.Distinct().Order().ToArray();
        var idle = options.WriteMbPerS.Contains(0) ? sizes.Select(size => (size, 0)) : [];
        return idle.Concat(options.WriteMbPerS.Where(rate => rate > 0).Distinct().Select(rate => (sizes.MinBy(size => Math.Abs(size - RewrittenMb)), rate)));
    }
}
