using Rebalancer.Planning.Placement;

namespace Rebalancer.Planning.Tests.Placement;

public sealed class ShadowPricesTests
{
    private static readonly (long Cpu, long Memory, long Price)[] TwoKinds = [(10, 20, 100), (10, 80, 160), (5, 10, 90)];

    [Fact]
    public void Of_PodsBetweenTwoKinds_BothAreWorthWhatTheyCost()
    {
        var prices = ShadowPrices.Of([(1, 1, 40), (1, 8, 60)], TwoKinds);

        Assert.InRange(prices.Potential(10, 20), 97, 100.01);
        Assert.InRange(prices.Potential(10, 80), 155, 160.01);
        Assert.True(prices.Potential(5, 10) < 60, "a machine at twice the price is worth half of it");
    }

    [Fact]
    public void Worth_AllPodsOfOneShape_IsWhatTheCheapestMachineForItCosts()
    {
        // Ten go on a machine of the first kind and leave half of its memory; eight ones on the second.
        var prices = ShadowPrices.Of([(1, 1, 100)], TwoKinds);

        Assert.InRange(prices.Worth(1, 1), 9.8, 10.001);
        Assert.InRange(prices.Potential(10, 80), 95, 100.001);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Worth_WhateverAMachineHolds_IsNeverMoreThanItsPrice(int seed)
    {
        var random = new Random(seed);
        (long Cpu, long Memory, int Count)[] pods = [.. Enumerable.Range(0, 30).Select(_ => ((long)random.Next(1, 9), (long)random.Next(1, 30), random.Next(1, 20)))];
        var prices = ShadowPrices.Of(pods, TwoKinds);

        foreach (var (cpu, memory, price) in TwoKinds)
        {
            var (left, room, worth) = (cpu, memory, 0.0);
            foreach (var pod in pods.Where(p => p.Cpu <= left && p.Memory <= room).OrderBy(_ => random.Next()).ToList())
            {
                if (pod.Cpu <= left && pod.Memory <= room) { (left, room, worth) = (left - pod.Cpu, room - pod.Memory, worth + prices.Worth(pod.Cpu, pod.Memory)); }
            }

            Assert.InRange(worth, 0, price + 0.001);
            // Shapes that differ by a few percent count as one there.
            Assert.InRange(prices.Potential(cpu, memory), 0.95 * worth, price + 0.01);
        }
    }

    [Fact]
    public void Of_NoMachineWithAPrice_NothingIsWorthAnything() => Assert.Equal(0, ShadowPrices.Of([(1, 1, 1)], [(4, 4, 0)]).Worth(4, 4));
}
