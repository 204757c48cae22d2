using Rebalancer.Benchmarks.Risk;
using Xunit;

namespace Rebalancer.Benchmarks.Tests.Risk;

public sealed class ScoresTests
{
    [Fact]
    public void Brier_IsTheMeanSquaredError() => Assert.Equal((0.04 + 0.25) / 2, Scores.Brier([(0.8, true), (0.5, false)]), 12);

    [Fact]
    public void Auc_IsTheShareOfPairsInOrder_TiesCountHalf()
    {
        Assert.Equal(1, Scores.Auc([(0.9, true), (0.8, true), (0.1, false)]));
        Assert.Equal(0.5, Scores.Auc([(0.3, true), (0.3, false), (0.3, false)]));
        Assert.Equal(0.75, Scores.Auc([(0.3, true), (0.3, false), (0.1, false)]));
        Assert.Null(Scores.Auc([(0.3, false)]));
    }

    [Fact]
    public void Calibration_ForecastsBesideWhatHappened()
    {
        var table = CalibrationTable.Of([(0.12, false), (0.18, true), (1, true)]);

        Assert.Equal([(2, 0.15, 0.5), (1, 1, 1)], table.Bins.Select(b => (b.Count, Math.Round(b.Forecast, 12), b.Observed)));
        Assert.Equal(0.7 / 3, table.Error, 12);
    }
}
