using Rebalancer.Scheduler.Scores;

namespace Rebalancer.Scheduler.Tests.Scores;

public sealed class ScoreScaleTests
{
    [Theory]
    [InlineData(0.1, 0.1, 10)]
    [InlineData(0.2, 0.1, 5)]
    [InlineData(1.0, 0.1, 1)]
    [InlineData(9.0, 0.1, 0)]
    [InlineData(0.0, 0.0, 10)]
    [InlineData(0.1, 0.0, 0)]
    public void Of_Cost_IsInProportionToTheLeast(double usd, double least, int score) => Assert.Equal(score, ScoreScale.Of(usd, least));

    [Fact]
    public void Of_PenniesApart_AreAlike() => Assert.Equal(ScoreScale.Best, ScoreScale.Of(0.1004, 0.1));
}
