using Rebalancer.Benchmarks.Migration;

namespace Rebalancer.Benchmarks.Tests.Migration;

public sealed class MigrationPlanTests
{
    [Fact]
    public void Of_Defaults_MeasuresFiveWorkloadsOnTwoLinksWithThreeMethods()
    {
        var plan = MigrationPlan.Of(new MigrationOptions());

        Assert.Equal(30, plan.Distinct().Count());
        Assert.Equal(
            [(64, 0), (512, 0), (1024, 0), (4096, 0), (512, 50)],
            plan.Select(each => (each.MemoryMb, each.WriteMbPerS)).Distinct());
    }

    [Fact]
    public void Of_Defaults_ComparesTheMethodsOfAWorkloadOneAfterAnother() =>
        Assert.Equal(["runc", "podman", "rebalancer"], MigrationPlan.Of(new MigrationOptions()).Take(3).Select(each => each.Method));

    [Fact]
    public void Of_LargePod_IsMovedLessOftenByWhoeverTakesMinutes()
    {
        var plan = MigrationPlan.Of(new MigrationOptions { MemoryMb = [64, 4096], Moves = 10 });

        Assert.All(plan, each => Assert.Equal(each is { MemoryMb: 4096, Method: not MigrationOptions.Ours } ? MigrationPlan.MovesOfLarge : 10, each.Moves));
        Assert.Equal(1, MigrationPlan.Of(new MigrationOptions { MemoryMb = [4096], Moves = 1 })[0].Moves);
    }

    [Fact]
    public void Of_RateWithoutTheUsualSize_TakesTheNearestSize() =>
        Assert.Equal([(768, 20)], MigrationPlan.Of(new MigrationOptions { MemoryMb = [64, 768], WriteMbPerS = [20] }).Select(each => (each.MemoryMb, each.WriteMbPerS)).Distinct());

    [Fact]
    public void Estimate_SlowerLink_TakesLonger() =>
        Assert.True(new Combination("runc", 512, 0, 1000, 10).Estimate > new Combination("runc", 512, 0, 0, 10).Estimate);
}
