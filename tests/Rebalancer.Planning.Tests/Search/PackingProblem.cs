using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Tests.Search;

/// <summary>
/// A small problem with everything that the search has to follow: bins with a price when they are not empty, a soft limit, items of one group on
/// different bins, a price per move and a price for the largest number of moved items in a group.
/// </summary>
internal sealed class PackingProblem : IAssignmentProblem<PackingRules>
{
    private readonly long[] prices;

    public PackingProblem(int seed, int items, int bins)
    {
        var random = new Random(seed);
        Groups = [.. Enumerable.Range(0, items).Select(_ => random.Next(1 + items / 2))];
        prices = [.. Enumerable.Range(0, bins).Select(_ => random.NextInt64(50, 200))];
        Requirements = [.. Enumerable.Range(0, items).Select(_ => (long[])[random.NextInt64(1, 10), random.NextInt64(0, 8), random.NextInt64(1, 5)])];
        Initial = new int[items];
        for (var i = 0; i < items; i++) { Initial[i] = Enumerable.Range(random.Next(bins), bins).Select(b => b % bins).FirstOrDefault(b => !Initial[..i].Where((other, j) => other == b && Groups[j] == Groups[i]).Any(), -1); }
        // An item for which no bin was left becomes a group of its own.
        for (var i = 0; i < items; i++)
        {
            if (Initial[i] < 0) { (Initial[i], Groups[i]) = (0, items + i); }
        }
        Capacities = [.. Enumerable.Range(0, bins).Select(b => Enumerable.Range(0, 3).Select(r => Requirements.Where((_, i) => Initial[i] == b).Sum(q => q[r]) + random.NextInt64(0, 12)).ToArray())];
        Model = new AssignmentModel(Requirements, Capacities, Initial, IsTransient);
    }

    public static bool[] IsTransient { get; } = [false, true, false];

    public int[] Groups { get; }
    public int[] Initial { get; }
    public long[][] Requirements { get; }
    public long[][] Capacities { get; }
    public AssignmentModel Model { get; }

    public PackingRules CreateRules() => new(this, new PackingCounts(this));

    public long BinPrice(int bin, long firstUse, int itemCount) => (itemCount > 0 ? prices[bin] : 0) + 3 * Math.Max(0, firstUse - Capacities[bin][0] * 3 / 4);

    public long MovePrice(int item, int bin) => bin == Initial[item] ? 0 : 1 + Math.Abs(bin - Initial[item]);

    /// <summary>From scratch; null when a constraint is broken.</summary>
    public long? CostOf(IReadOnlyList<int> assignment)
    {
        var cost = 0L;
        for (var bin = 0; bin < Capacities.Length; bin++)
        {
            var on = Enumerable.Range(0, assignment.Count).Where(i => assignment[i] == bin).ToList();
            if (on.GroupBy(i => Groups[i]).Any(g => g.Count() > 1)) { return null; }
            for (var r = 0; r < 3; r++)
            {
                var leaving = IsTransient[r] ? Enumerable.Range(0, assignment.Count).Where(i => Initial[i] == bin && assignment[i] != bin).Sum(i => Requirements[i][r]) : 0;
                if (on.Sum(i => Requirements[i][r]) + leaving > Capacities[bin][r]) { return null; }
            }
            cost += BinPrice(bin, on.Sum(i => Requirements[i][0]), on.Count);
        }
        var moved = Enumerable.Range(0, assignment.Count).Where(i => assignment[i] != Initial[i]).ToList();
        return cost + moved.Sum(i => MovePrice(i, assignment[i])) + 5 * moved.GroupBy(i => Groups[i]).Select(g => g.Count()).DefaultIfEmpty().Max();
    }

    /// <summary>The lowest cost of all assignments.</summary>
    public long Optimum()
    {
        var assignment = new int[Initial.Length];
        var best = long.MaxValue;
        for (var isNew = true; isNew;)
        {
            best = Math.Min(best, CostOf(assignment) ?? long.MaxValue);
            var i = 0;
            while (i < assignment.Length && ++assignment[i] == Capacities.Length) { assignment[i++] = 0; }
            isNew = i < assignment.Length;
        }
        return best;
    }
}
