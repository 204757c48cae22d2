using Rebalancer.Testing.Controllers.Jobs;

namespace Rebalancer.Testing.Tests.Controllers;

public sealed class JobBackOffTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(4, 80)]
    [InlineData(7, 600)]
    [InlineData(50, 600)]
    public void Pause_DoublesWithEachFailureUpToTenMinutes(int failures, int seconds)
    {
        var backOff = JobBackOff.None.After([], [.. Enumerable.Repeat(Start, failures)]);

        Assert.Equal(TimeSpan.FromSeconds(seconds), backOff.Remaining(Start));
        Assert.Equal(TimeSpan.Zero, backOff.Remaining(Start.AddSeconds(seconds)));
    }

    [Fact]
    public void Success_ForgetsFailuresBeforeIt()
    {
        var backOff = new JobBackOff(3, Start).After([Start.AddSeconds(5)], [Start.AddSeconds(1), Start.AddSeconds(6)]);

        Assert.Equal(new JobBackOff(1, Start.AddSeconds(6)), backOff);
    }
}
