using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Policy;

namespace Rebalancer.Descheduler.Tests.Policies;

public sealed class PolicyLimitsTests
{
    private static readonly MoveLimits Started = new() { ClusterBandwidthMbit = 700 };

    [Fact]
    public void Of_PoliciesThatSayNothing_AreThoseOfTheStart() => Assert.Equal(Started, PolicyLimits.Of(Started, [new RebalanceRules()]));

    [Theory]
    [InlineData(0, 500, 500)]
    [InlineData(900, 500, 500)]
    [InlineData(0, 0, 0)]
    public void Of_Bandwidth_IsTheSmallestThatIsALimit(long first, long second, long expected)
        => Assert.Equal(expected, PolicyLimits.Of(Started, [new RebalanceRules { BandwidthMbit = first }, new RebalanceRules { BandwidthMbit = second }]).ClusterBandwidthMbit);

    [Fact]
    public void Of_CopyingAhead_EachIsTheSmallest()
    {
        RebalanceRules[] policies = [new() { Ahead = new AheadRules(null, 5, 4, TimeSpan.FromHours(2), 300) }, new() { Ahead = new AheadRules(0.5, 20, 3, TimeSpan.FromMinutes(30), 400) }, new()];
        Assert.Equal(Started with { MaxHeldMoves = 5, MaxHeldMovesPerNode = 3, HoldSeconds = 1800, HoldBandwidthMbit = 300 }, PolicyLimits.Of(Started, policies));
    }
}
