using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Interruptions.Deadlines;

public sealed class StrategyRuleTests
{
    private const double Link = 100e6;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1000, null, 13, Strategies.PreCopy)] // 10 s and a quarter for what may be written meanwhile
    [InlineData(1000, null, 12, null)]
    [InlineData(1000, 0.0, 10, Strategies.PreCopy)]
    [InlineData(1000, 50.0, 20, Strategies.PreCopy)] // every second byte is sent again
    [InlineData(1000, 50.0, 19, null)] // stopped it would stand still for 10 s
    [InlineData(400, 50.0, 7, Strategies.StopAndCopy)] // no time for rounds, and 4 s fit into the freeze
    [InlineData(400, 500.0, 7, Strategies.StopAndCopy)] // it never converges
    [InlineData(1000, 90.0, 40, Strategies.PreCopy)] // slowed down by its agent
    [InlineData(1000, 90.0, 30, null)]
    [InlineData(1000, 500.0, 4000, null)] // not even then
    public void Of_WhatIsKnown_TakesTheFirstThatFits(int megabytes, double? dirtyMegabytesPerSecond, int leftSeconds, string? strategy)
        => Assert.Equal(strategy, StrategyRule.Of(new MoveSize(megabytes * 1_000_000L, dirtyMegabytesPerSecond * 1e6), Link, TimeSpan.FromSeconds(leftSeconds), Budget)?.Name);

    [Fact]
    public void Of_AnySize_IsNeverPostCopyAndFitsWhereThereIsNoLimit()
    {
        foreach (var megabytes in new[] { 1, 1000, 1_000_000 })
        {
            Assert.Equal(Strategies.PreCopy, StrategyRule.Of(new MoveSize(megabytes * 1_000_000L, 10e6), Link, null, Budget)?.Name);
        }
    }
}
