using Rebalancer.Planning.Placement;

namespace Rebalancer.Planning.Tests.Placement;

public sealed class ShadowPricesTests
{
    [Fact]
    public void Of_TwoKindsAndADemandBetweenThem_BothAreWorthWhatTheyCost()
    {
        (long Cpu, long Memory, long Price)[] machines = [(10, 20, 100), (10, 80, 160), (5, 10, 90)];

        var prices = ShadowPrices.Of(100, 500, machines);

        Assert.InRange(prices.Worth(10, 20), 97, 100.001);
        Assert.InRange(prices.Worth(10, 80), 155, 160.001);
        Assert.True(prices.Worth(5, 10) < 60, "a machine at twice the price is worth half of it");
    }

    [Fact]
    public void Of_NoMachineWithAPrice_NothingIsWorthAnything() => Assert.Equal(0, ShadowPrices.Of(1, 1, [(4, 4, 0)]).Worth(4, 4));
}
