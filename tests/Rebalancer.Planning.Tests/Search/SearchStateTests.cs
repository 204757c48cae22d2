using FsCheck.Xunit;
using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Tests.Search;

public sealed class SearchStateTests
{
    private const int Steps = 300;

    [Property(MaxTest = 60)]
    public void Tries_AnyMoves_CostEqualsTheCostFromScratch(int seed)
    {
        var problem = new PackingProblem(seed, 14, 5);
        var state = new SearchState<PackingRules>(problem);
        var random = new Random(seed);
        for (var i = 0; i < Steps; i++)
        {
            var before = state.Cost;
            var limit = random.Next(-20, 60);
            var (a, b, bin) = (random.Next(14), random.Next(14), random.Next(5));
            var isMade = random.Next(3) switch { 0 => state.TryShift(a, bin, limit), 1 => state.TrySwap(a, b, limit), _ => state.TryChain(a, b, bin, limit) };

            Assert.Equal(problem.CostOf([.. state.Assignment]), state.Cost);
            Assert.True(isMade ? state.Cost - before <= limit : state.Cost == before, $"step {i}: from {before} to {state.Cost}, limit {limit}, made {isMade}");
        }
    }

    [Property(MaxTest = 60)]
    public void Tries_CompoundMoves_AreFeasibleOrUndone(int seed)
    {
        var problem = new PackingProblem(seed, 14, 5);
        var state = new SearchState<PackingRules>(problem);
        var compound = new CompoundMoves<PackingRules>(state, new SearchRandom((ulong)seed), new HomePull(problem.Model, 0));
        var random = new Random(seed);
        for (var i = 0; i < Steps; i++)
        {
            int[] before = [.. state.Assignment];
            var isMade = random.Next(3) switch
            {
                0 => compound.TryForce(random.Next(14), random.Next(5), 10, 3),
                1 => compound.TryRepack([random.Next(5), random.Next(5)], 10, 3),
                _ => compound.TryEmpty(random.Next(5), 10, 3),
            };

            Assert.Equal(problem.CostOf([.. state.Assignment]), state.Cost);
            Assert.True(isMade || before.SequenceEqual(state.Assignment.ToArray()), $"step {i} was refused and yet changed the assignment");
        }
    }

    [Fact]
    public void TryShift_OneExactlyFits_OneUnitMoreDoesNot()
    {
        var problem = new PackingProblem(7, 14, 5);
        var state = new SearchState<PackingRules>(problem);
        var outcomes = Enumerable.Range(0, 14).SelectMany(item => Enumerable.Range(0, 5).Select(bin => (item, bin))).Where(x => x.bin != problem.Initial[x.item]).Select(x =>
        {
            int[] after = [.. problem.Initial];
            after[x.item] = x.bin;
            var isMade = state.TryShift(x.item, x.bin, 1_000_000);
            if (isMade) { Assert.True(state.TryShift(x.item, problem.Initial[x.item], 1_000_000)); }
            return (isMade, IsFeasible: problem.CostOf(after) is not null);
        }).ToList();

        Assert.All(outcomes, o => Assert.Equal(o.IsFeasible, o.isMade));
        Assert.Contains(outcomes, o => o.isMade);
        Assert.Contains(outcomes, o => !o.isMade);
    }

    [Property(MaxTest = 30)]
    public void MoveTo_AnotherAssignment_HasItsCost(int seed)
    {
        var problem = new PackingProblem(seed, 14, 5);
        var found = AssignmentSearch.Run(problem, new SearchOptions { Iterations = 2000, Seed = (ulong)seed }, TimeProvider.System);
        var state = new SearchState<PackingRules>(problem);

        state.MoveTo(found.Assignment.AsSpan());

        Assert.Equal(found.Cost, state.Cost);
        Assert.Equal(problem.CostOf(found.Assignment), state.Cost);
    }
}
