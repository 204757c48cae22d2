using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Kubernetes.Tests.Mapping;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("0s", 0)]
    public void TryParse_GoDuration_IsRead(string text, double ms)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(ms), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("5d")]
    [InlineData(" 5s")]
    [InlineData("5s\n")]
    [InlineData("1.s")]
    [InlineData("0000000000000000000000000000000001s")]
    public void TryParse_AnythingElse_IsNone(string text) => Assert.False(Durations.TryParse(text, out _));

    /// <summary>What no clock can hold is a hundred years.</summary>
    [Fact]
    public void TryParse_BeyondReason_IsCapped()
    {
        Assert.True(Durations.TryParse("9999999999999999999999999999h", out var duration));
        Assert.Equal(36_525, duration.TotalDays);
    }
}
