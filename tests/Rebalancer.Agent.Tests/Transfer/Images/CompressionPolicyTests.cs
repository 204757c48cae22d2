using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Transfer.Images;

public sealed class CompressionPolicyTests
{
    private const double MB = 1e6;

    [Fact]
    public void Link_IsTheLimitAndDataCompresses_CompressesAfterATrial()
    {
        var sender = new SimulatedSender(Link: 12.5 * MB, Own: 1000 * MB, Packing: 200 * MB, Ratio: 0.2);

        Assert.Equal([false, true], sender.Run(2).Select(state => state.IsOn));
        Assert.True(sender.Run(60).Count(state => state.IsOn) > 55);
        // Five times, but for what trials had sped up before.
        Assert.InRange(sender.Run(10)[^1].Gain, 4.4, 5.1);
    }

    [Theory]
    // The CPU is the limit.
    [InlineData(10_000, 300, 200, 0.1)]
    // The data does not compress.
    [InlineData(12.5, 1000, 200, 1.0)]
    // Compressing takes longer than the link.
    [InlineData(125, 1000, 100, 0.1)]
    public void Compression_ThatWouldNotPay_IsNotBegun(double link, double own, double packing, double ratio) =>
        Assert.DoesNotContain(new SimulatedSender(link * MB, own * MB, packing * MB, ratio).Run(100), state => state.IsOn);

    [Fact]
    public void Trial_ThatPromisesTooLittle_IsRepeatedOnceInAWhile()
    {
        var states = new SimulatedSender(Link: 12.5 * MB, Own: 1000 * MB, Packing: 200 * MB, Ratio: 1.0).Run(100);

        Assert.InRange(states.Count(state => state.IsTrial), 5, 15);
    }

    [Fact]
    public void Target_ThatIsTheLimit_IsTriedOnceInAWhile()
    {
        // Waiting as for a slow link, but for the raw bytes.
        var states = new SimulatedSender(Link: 10_000 * MB, Own: 1000 * MB, Packing: 500 * MB, Ratio: 0.1) { Target = 100 * MB }.Run(200);

        Assert.InRange(states.Count(state => state.IsOn), 1, 8);
    }

    [Fact]
    public void Link_ThatBecomesFast_IsNoticedAndUsedPlain()
    {
        var slow = new SimulatedSender(Link: 12.5 * MB, Own: 1000 * MB, Packing: 200 * MB, Ratio: 0.2);
        var state = slow.Run(10)[^1];
        Assert.True(state.IsOn);

        var states = (slow with { Link = 10_000 * MB }).Run(100, state);

        Assert.False(states[^1].IsOn);
        Assert.False(states[CompressionPolicy.MaximumAge + 2].IsOn);
    }

    [Fact]
    public void Gain_BetweenTheThresholds_NeitherBeginsNorEnds()
    {
        var little = new SimulatedSender(Link: 100 * MB, Own: 10_000 * MB, Packing: 10_000 * MB, Ratio: 0.9);

        Assert.DoesNotContain(little.Run(100), state => state.IsOn);
        Assert.True(little.Run(1, new CompressionState(true, false, 1 / (100 * MB), 1.3, 0, 0))[0].IsOn);
    }

    [Fact]
    public void Window_OfNothing_ChangesNothing()
    {
        var state = new CompressionState(true, false, 1, 2, 3, 0);

        Assert.Equal(state, CompressionPolicy.Next(state, default));
    }

    /// <summary>A sender that hands over one record after another; all rates in bytes per second.</summary>
    private sealed record SimulatedSender(double Link, double Own, double Packing, double Ratio)
    {
        private const double Raw = 8 << 20;

        /// <summary>What the target takes of raw bytes.</summary>
        public double Target { get; init; } = double.MaxValue;

        public List<CompressionState> Run(int windows, CompressionState state = default)
        {
            var states = new List<CompressionState>();
            for (var i = 0; i < windows; i++)
            {
                var tried = state.IsOn ? Raw : state.IsTrial ? Raw / 8 : 0;
                var wire = Raw - (tried * (1 - Ratio));
                var (own, packing) = (Raw / Own, tried / Packing);
                var elapsed = Math.Max(own + packing, Math.Max(wire / Link, Raw / Target));
                state = CompressionPolicy.Next(state, new LinkWindow((long)Raw, (long)wire, Time(elapsed), Time(elapsed - own - packing), Time(packing), (long)tried, (long)(tried * Ratio)));
                states.Add(state);
            }
            return states;
        }

        private static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(seconds);
    }
}
