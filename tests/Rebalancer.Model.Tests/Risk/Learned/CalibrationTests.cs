using Rebalancer.Policy.Risk.Learned;

namespace Rebalancer.Model.Tests.Risk.Learned;

public sealed class CalibrationTests
{
    [Fact]
    public void Fit_ForecastsTwiceTooHigh_AreBroughtDown()
    {
        var random = new Random(1);
        var forecasts = Enumerable.Range(0, 5000).Select(_ => 0.1 + (0.8 * random.NextDouble())).Select(p => new Forecast(p, random.NextDouble() < p / 2, 1)).ToList();

        var calibration = Calibration.Fit(forecasts);

        Assert.InRange(calibration.Apply(0.6), 0.26, 0.34);
    }

    [Fact]
    public void Fit_FewForecasts_ChangesLittle()
        => Assert.InRange(Calibration.Fit([new Forecast(0.1, true, 1), new Forecast(0.9, false, 1)]).Apply(0.5), 0.45, 0.55);

    [Fact]
    public void Fit_ForecastsThatAreTheWrongWayRound_AreLeftAlone()
    {
        var forecasts = Enumerable.Range(0, 10_000).Select(i => new Forecast(i % 2 == 0 ? 0.1 : 0.9, i % 2 == 0, 1)).ToList();

        Assert.Equal(0.3, Calibration.Fit(forecasts).Apply(0.3));
    }
}
