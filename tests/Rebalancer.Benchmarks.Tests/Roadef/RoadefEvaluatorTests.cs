using Rebalancer.Benchmarks.Roadef;

namespace Rebalancer.Benchmarks.Tests.Roadef;

public sealed class RoadefEvaluatorTests
{
    private readonly RoadefInstance instance = RoadefSamples.Read(RoadefSamples.Model);

    /// <summary>Load: 100 x (18-16) + 10 x (210-80) on machine 0, 100 x (10-8) on machine 1. Balance: free (12, 190) and (0, 80), target 20: 10 x (240-190).</summary>
    [Fact]
    public void Cost_InitialAssignment_IsWorkedOutByHand() =>
        Assert.Equal(new RoadefCost(100 * 2 + 10 * 130 + 100 * 2, 500, 0, 0, 0), RoadefEvaluator.Cost(instance, RoadefSamples.Initial, RoadefSamples.Initial));

    [Fact]
    public void Cost_BothProcessesOfAServiceSwap_MovesCount()
    {
        var cost = RoadefEvaluator.Cost(instance, RoadefSamples.Initial, [1, 0, 0]);

        Assert.Equal((1100, 20, 200), (cost.Process, cost.Service, cost.Machine));
    }

    [Theory]
    [InlineData(new[] { 0, 1, 0 }, "")]
    [InlineData(new[] { 0, 0, 0 }, "service 0: 2 processes on machine 0;service 0: 1 locations instead of 2")]
    [InlineData(new[] { 0, 1, 1 }, "machine 1, resource 0: 16 used of 10;machine 1, resource 1: 220 used of 100")]
    [InlineData(new[] { 0, 1 }, "2 machines for 3 processes")]
    public void Violations_EachKind_IsNamed(int[] assignment, string expected) =>
        Assert.Equal(expected, string.Join(';', RoadefEvaluator.Violations(instance, RoadefSamples.Initial, assignment)));

    [Fact]
    public void Violations_TransientResource_CountsOnBothMachines()
    {
        var violations = RoadefEvaluator.Violations(instance, RoadefSamples.Initial, [1, 0, 0]).ToList();

        Assert.Contains("machine 1, resource 0: 22 used of 10", violations);
        Assert.DoesNotContain(violations, v => v.StartsWith("machine 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Violations_DependencyInAnotherNeighbourhood_IsNamed()
    {
        int[] together = [0, 0, 1];

        Assert.Contains("service 1 needs service 0 in neighbourhood 1", RoadefEvaluator.Violations(instance, RoadefSamples.Initial, together));
    }
}
