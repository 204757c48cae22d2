using FsCheck.Xunit;
using Rebalancer.Benchmarks.Roadef;
using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Tests.Roadef;

public sealed class RoadefSearchTests
{
    /// <summary>The search follows cost and constraints move by move; the evaluator knows only the definition.</summary>
    [Property(MaxTest = 60)]
    public void Run_RandomInstance_EvaluatorAgreesWithTheSearch(int seed)
    {
        var (instance, initial) = RoadefSamples.Random(seed, 6, 10, 30);

        var found = AssignmentSearch.Run(new RoadefProblem(instance, initial), new SearchOptions { Iterations = 20_000, Seed = (ulong)seed }, TimeProvider.System);
        int[] assignment = [.. found.Assignment];

        Assert.Empty(RoadefEvaluator.Violations(instance, initial, assignment));
        Assert.Equal(RoadefEvaluator.Cost(instance, initial, assignment).Total, found.Cost);
        Assert.Equal(RoadefEvaluator.Cost(instance, initial, initial).Total, found.InitialCost);
        Assert.True(found.Cost <= found.InitialCost);
    }

    [Fact]
    public void Run_ManyInstances_ManyAreImproved()
    {
        var improved = Enumerable.Range(0, 20).Count(seed =>
        {
            var (instance, initial) = RoadefSamples.Random(seed, 6, 10, 30);
            var found = AssignmentSearch.Run(new RoadefProblem(instance, initial), new SearchOptions { Iterations = 20_000 }, TimeProvider.System);
            return found.Cost < found.InitialCost;
        });

        Assert.InRange(improved, 10, 20);
    }
}
