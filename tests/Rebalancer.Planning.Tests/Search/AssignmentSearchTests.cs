using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Tests.Search;

public sealed class AssignmentSearchTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Run_SmallProblem_FindsTheOptimum(int seed)
    {
        var problem = new PackingProblem(seed, 8, 4);

        var found = AssignmentSearch.Run(problem, new SearchOptions { Iterations = 200_000, Moves = new MoveMix { Empty = 20 } }, TimeProvider.System);

        Assert.Equal(problem.Optimum(), found.Cost);
        Assert.Equal(found.Cost, problem.CostOf(found.Assignment));
    }

    [Fact]
    public void Run_SameSeedAndIterations_SameResult()
    {
        int[] Run(ulong seed) => [.. AssignmentSearch.Run(new PackingProblem(3, 60, 12), new SearchOptions { Iterations = 50_000, Seed = seed }, TimeProvider.System).Assignment];

        Assert.Equal(Run(5), Run(5));
        Assert.NotEqual(Run(5), Run(6));
    }

    [Fact]
    public void Run_SeveralThreads_IsFeasibleAndAtLeastAsGoodAsStaying()
    {
        var problem = new PackingProblem(9, 60, 12);

        var found = AssignmentSearch.Run(problem, new SearchOptions { Iterations = 50_000, Threads = 3 }, TimeProvider.System);

        Assert.Equal(problem.CostOf(found.Assignment), found.Cost);
        Assert.True(found.Cost < found.InitialCost);
        Assert.Equal(problem.CostOf(problem.Initial), found.InitialCost);
        Assert.Equal(SearchStop.Iterations, found.Stop);
    }

    [Fact]
    public void Run_Cancelled_ReturnsTheFirstAssignment()
    {
        var problem = new PackingProblem(4, 20, 5);

        var found = AssignmentSearch.Run(problem, new SearchOptions { Iterations = 50_000 }, TimeProvider.System, new CancellationToken(canceled: true));

        Assert.Equal(problem.Initial, (IEnumerable<int>)found.Assignment);
        Assert.Equal(SearchStop.Cancelled, found.Stop);
        Assert.Equal(0, found.Iterations);
    }

    [Fact]
    public void Run_NothingMovable_ReturnsTheFirstAssignment()
    {
        var problem = new PackingProblem(4, 20, 5);
        var frozen = new FrozenProblem(problem);

        var found = AssignmentSearch.Run(frozen, new SearchOptions { Iterations = 1000 }, TimeProvider.System);

        Assert.Equal(problem.Initial, found.Assignment);
    }

    [Fact]
    public void Run_Progress_FallsAndEndsWithTheCost()
    {
        var found = AssignmentSearch.Run(new PackingProblem(11, 60, 12), new SearchOptions { Iterations = 50_000 }, TimeProvider.System);

        Assert.Equal(found.InitialCost, found.Progress[0].Cost);
        Assert.Equal(found.Cost, found.Progress[^1].Cost);
        Assert.All(found.Progress.Zip(found.Progress.Skip(1)), pair => Assert.True(pair.Second.Cost < pair.First.Cost && pair.Second.Elapsed >= pair.First.Elapsed));
    }

    [Fact]
    public void Run_BadOptions_SaysAllThatIsWrong()
    {
        var options = new SearchOptions { Threads = 0, InitialHeat = double.NaN, HomePull = -1, Moves = new MoveMix { Shift = -1 } };

        var message = Assert.Throws<ArgumentException>(() => AssignmentSearch.Run(new PackingProblem(1, 4, 2), options, TimeProvider.System)).Message;

        Assert.All((string[])["TimeLimit", "Threads 0", "InitialHeat NaN", "HomePull -1", "weight -1"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Model_BadNumbers_SaysAllThatIsWrong()
    {
        var message = Assert.Throws<ArgumentException>(() => new AssignmentModel([[1, -2], [1]], [[long.MaxValue, 3]], [0, 4], [false, false], [9])).Message;

        Assert.All(
            (string[])["item 0: resource 1 is -2", "item 1: 1 resources instead of 2", "bin 0: resource 0", "item 1: first bin 4", "movable item 9"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private sealed class FrozenProblem(PackingProblem problem) : IAssignmentProblem<PackingRules>
    {
        public AssignmentModel Model { get; } = new(problem.Requirements, problem.Capacities, problem.Initial, PackingProblem.IsTransient, []);

        public PackingRules CreateRules() => problem.CreateRules();
    }
}
