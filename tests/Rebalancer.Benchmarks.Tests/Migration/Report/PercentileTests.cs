using Rebalancer.Benchmarks.Migration.Report;

namespace Rebalancer.Benchmarks.Tests.Migration.Report;

public sealed class PercentileTests
{
    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(0.75, 3)]
    [InlineData(0.99, 4)]
    [InlineData(1, 4)]
    [InlineData(0.01, 1)]
    public void Of_UnsortedValues_IsTheNearestRank(double share, double expected) => Assert.Equal(expected, Percentile.Of([4, 1, 3, 2], share));

    [Fact]
    public void Of_NoValue_IsNone() => Assert.Null(Percentile.Of([], 0.5));
}
