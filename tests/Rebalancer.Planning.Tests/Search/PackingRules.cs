using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Tests.Search;

internal readonly struct PackingRules(PackingProblem problem, PackingCounts counts) : IAssignmentRules
{
    public long SharedCost => 5 * counts.MostMoved;

    public int Violations => counts.Violations;

    public long BinCost(int bin, ReadOnlySpan<long> usage, int itemCount) => problem.BinPrice(bin, usage[0], itemCount);

    public long ItemCost(int item, int bin) => problem.MovePrice(item, bin);

    public bool MayPlace(int item, int bin) => true;

    public void Move(int item, int from, int to) => counts.Move(item, from, to);
}

/// <summary>The mutable part of the rules.</summary>
internal sealed class PackingCounts
{
    private readonly PackingProblem problem;
    private readonly Dictionary<(int Group, int Bin), int> inBin = [];
    private readonly Dictionary<int, int> moved = [];

    public PackingCounts(PackingProblem problem)
    {
        this.problem = problem;
        for (var item = 0; item < problem.Initial.Length; item++) { Move(item, -1, problem.Initial[item]); }
    }

    public int Violations => inBin.Values.Sum(n => Math.Max(0, n - 1));

    public long MostMoved => moved.Values.DefaultIfEmpty().Max();

    public void Move(int item, int from, int to)
    {
        var (group, home) = (problem.Groups[item], problem.Initial[item]);
        if (from >= 0) { inBin[(group, from)]--; }
        if (to >= 0) { inBin[(group, to)] = inBin.GetValueOrDefault((group, to)) + 1; }
        moved[group] = moved.GetValueOrDefault(group) + (to >= 0 && to != home ? 1 : 0) - (from >= 0 && from != home ? 1 : 0);
    }
}
