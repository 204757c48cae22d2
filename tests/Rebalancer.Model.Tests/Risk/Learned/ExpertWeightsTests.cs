using Rebalancer.Policy.Risk.Learned;

namespace Rebalancer.Model.Tests.Risk.Learned;

public sealed class ExpertWeightsTests
{
    private static readonly ExpertWeights Even = ExpertWeights.Of([0.5, 0.5]);
    private static readonly double[] FirstIsRight = [0.9, 0.1];

    [Fact]
    public void Mix_IsTheMeanInLogOdds()
    {
        Assert.Equal(0.5, Even.Mix([0.2, 0.8]), 12);
        Assert.Equal(0.1, (Even with { Current = [1, 0] }).Mix([0.1, 0.8]), 12);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void Mix_ForecastersWhoAreSure_StaysInside(double first, double second) => Assert.InRange(Even.Mix([first, second]), 1e-7, 1 - 1e-7);

    [Fact]
    public void Learn_OneWindow_IsBayesRuleWithAFixedShare()
    {
        var weights = Even.Learn(FirstIsRight, lost: true, windows: 1);

        Assert.Equal((0.98 * 0.9) + (0.02 * 0.5), weights.Current[0], 12);
        Assert.Equal(1, weights.Current.Sum(), 12);
    }

    [Fact]
    public void Learn_TenTicksOfAWindow_AreWorthAboutAWindow()
    {
        var ticks = Even;
        for (var tick = 0; tick < 10; tick++) { ticks = ticks.Learn(FirstIsRight, lost: true, windows: 0.1); }

        Assert.Equal(Even.Learn(FirstIsRight, lost: true, windows: 1).Current[0], ticks.Current[0], 0.01);
    }

    [Fact]
    public void Learn_TheBestOneChanges_TheOtherIsTrustedWithinAFewWindows()
    {
        var weights = Even;
        for (var window = 0; window < 1000; window++) { weights = weights.Learn(FirstIsRight, lost: true, windows: 1); }
        Assert.True(weights.Current[0] > 0.95);

        for (var window = 0; window < 4; window++) { weights = weights.Learn(FirstIsRight, lost: false, windows: 1); }

        Assert.True(weights.Current[1] > 0.9);
    }

    [Fact]
    public void Learn_OneIsSurprised_IsNotRuledOutForGood()
    {
        var weights = Even.Learn([0, 0.5], lost: true, windows: 1);

        Assert.All(weights.Current, w => Assert.InRange(w, 0.001, 1));
    }
}
