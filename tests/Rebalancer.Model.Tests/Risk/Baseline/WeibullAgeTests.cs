using Rebalancer.Policy.Risk.Baseline;

namespace Rebalancer.Model.Tests.Risk.Baseline;

public sealed class WeibullAgeTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(1.2)]
    public void Fit_DrawnLifetimes_FindsTheirLaw(double shape)
    {
        var random = new Random(7);
        var lifetimes = Enumerable.Range(0, 3000).Select(_ => Draw(random, shape, limitHours: 20)).ToList();

        var fitted = WeibullAge.Fit(lifetimes);

        Assert.InRange(fitted.Shape, shape * 0.93, shape * 1.07);
        Assert.InRange(fitted.Between(0, 10), 0.9 * Math.Pow(10.0 / 8, shape) / 0.1, 1.1 * Math.Pow(10.0 / 8, shape) / 0.1);
    }

    [Fact]
    public void Fit_ThoseStillAlive_CountAsSuch()
    {
        var random = new Random(3);
        var all = Enumerable.Range(0, 2000).Select(_ => Draw(random, 0.7, limitHours: 2)).ToList();

        var expected = WeibullAge.Fit(all).Between(0, 2);
        var endedOnly = WeibullAge.Fit([.. all.Where(l => l.Ended)]).Between(0, 2);

        Assert.True(endedOnly > 1.5 * expected, "leaving out those alive makes machines look shorter-lived");
    }

    [Fact]
    public void Fit_NothingRecorded_IsTheUsualShape_WithMeanOneOverADay()
    {
        var fitted = WeibullAge.Fit([]);

        Assert.Equal(WeibullAge.UsualShape, fitted.Shape, 3);
        Assert.Equal(24, fitted.Between(0, 24), 2);
    }

    [Fact]
    public void WithMeanOneOver_YoungIsAbove_OldIsBelow()
    {
        var age = WeibullAge.WithMeanOneOver(730, 0.6);

        Assert.Equal(730, age.Between(0, 730), 6);
        Assert.True(age.Between(0, 1) > 1);
        Assert.True(age.Between(729, 730) < 1);
    }

    /// <summary>Scale 8 hours; a rate of 0.1 per hour, in the proportion to which the law is told.</summary>
    private static Lifetime Draw(Random random, double shape, double limitHours)
    {
        var hours = 8 * Math.Pow(-Math.Log(1 - random.NextDouble()), 1 / shape);
        return new Lifetime(Math.Min(hours, limitHours), hours < limitHours, 0.1);
    }
}
