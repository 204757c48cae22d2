using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Clients;

public sealed class ReplyTimesTests
{
    [Fact]
    public void Percentile_UniformTimes_IsWithinThreePercent()
    {
        var times = new ReplyTimes();
        for (var ms = 1; ms <= 1000; ms++)
        {
            times.Record(ms, DateTimeOffset.UnixEpoch);
        }

        Assert.InRange(times.PercentileMs(0.5), 500, 516);
        Assert.InRange(times.PercentileMs(0.99), 990, 1000);
        Assert.Equal(1000, times.PercentileMs(1));
        Assert.Equal(1000, times.Longest.Ms);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.001)]
    [InlineData(0.031)]
    [InlineData(0.032)]
    [InlineData(1.5)]
    [InlineData(3_600_000)]
    [InlineData(1e9)]
    public void Percentile_OneTime_IsThatTime(double ms)
    {
        var times = new ReplyTimes();
        times.Record(ms, DateTimeOffset.UnixEpoch);
        Assert.Equal(ms, times.PercentileMs(0.5), 1e-9 + (ms * 0.03));
    }

    [Fact]
    public void Percentile_Nothing_IsZero() => Assert.Equal(0, new ReplyTimes().PercentileMs(0.99));

    [Fact]
    public void Window_Opened_ForgetsOnlyTheWindow()
    {
        var times = new ReplyTimes();
        times.Record(70, DateTimeOffset.UnixEpoch);
        times.OpenWindow();
        times.Record(3, DateTimeOffset.UnixEpoch);
        Assert.Equal(3, times.WindowLongest.Ms);
        Assert.Equal(70, times.Longest.Ms);
    }
}
