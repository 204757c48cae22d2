using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class ThrottlePolicyTests
{
    private const double MB = 1e6;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    /// <summary>Writers of the same shapes on links from 1 MB/s to 10 GB/s; each has 16 s of memory to send.</summary>
    public static TheoryData<double> Links => [1 * MB, 12.5 * MB, 125 * MB, 1250 * MB, 10_000 * MB];

    [Theory]
    [MemberData(nameof(Links))]
    public void Writer_SlowerThanTheLink_IsNeverThrottled(double link)
    {
        for (var percent = 0; percent < 80; percent += 5)
        {
            var verdicts = new SimulatedWriter(16 * link, percent * link / 100, link).Run(Budget);
            Assert.All(verdicts, verdict => Assert.Equal(1, verdict.Share));
            Assert.Equal("little is left to send", verdicts[^1].Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Writer_FasterThanTheLink_IsThrottledStepByStepUntilItFits(double link)
    {
        for (var percent = 100; percent < 350; percent += 10)
        {
            var part = percent / 100.0;
            var verdicts = new SimulatedWriter(16 * link, part * link, link).Run(Budget);
            Assert.StartsWith("what is left fits into the freeze", verdicts[^1].Reason, StringComparison.Ordinal);
            Assert.InRange(verdicts[^1].Share, ThrottlePolicy.Floor, 0.9);
            Assert.All(verdicts.Zip(verdicts.Skip(1)), pair => Assert.InRange(pair.First.Share - pair.Second.Share, 0, 0.3 + 1e-9));
            // No further than needed: less than half of what the link carries would be.
            Assert.InRange(verdicts[^1].Share * part, 0.4, 0.81);
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Writer_TooFastForTheFloor_EndsAtTheFloorAndSaysSo(double part)
    {
        var verdicts = new SimulatedWriter(200 * MB, part * 12.5 * MB, 12.5 * MB).Run(Budget);

        Assert.Equal(ThrottlePolicy.Floor, verdicts.Min(verdict => verdict.Share));
        Assert.Equal("even at 20 % of its CPU the pod writes as fast as the link sends, and what is left takes 16.0 s of a freeze of at most 2.0 s,", verdicts[^1].Reason);
    }

    [Fact]
    public void Writer_FastButSmall_IsNotThrottled()
    {
        // All of it takes 0.8 s, of which the freeze has 1.
        var verdicts = new SimulatedWriter(10 * MB, 1000 * MB, 12.5 * MB).Run(Budget);

        Assert.All(verdicts, verdict => Assert.Equal(1, verdict.Share));
        Assert.Equal("the pod writes as fast as the link sends", verdicts[^1].Reason);
    }

    [Fact]
    public void Writer_ThatMayNotBeThrottled_EndsAndSaysWhatIsLeft()
    {
        var verdicts = new SimulatedWriter(100 * MB, 1000 * MB, 12.5 * MB).Run(Budget, canThrottle: false);

        Assert.All(verdicts, verdict => Assert.Equal(1, verdict.Share));
        Assert.Equal("the pod writes as fast as the link sends, and what is left takes 8.0 s of a freeze of at most 2.0 s,", verdicts[^1].Reason);
    }

    [Fact]
    public void Verdicts_InOtherUnitsOfBytes_AreTheSame()
    {
        var verdicts = new SimulatedWriter(100 * MB, 30 * MB, 12.5 * MB).Run(Budget);

        Assert.Equal(verdicts, new SimulatedWriter(100 * MB * 4096, 30 * MB * 4096, 12.5 * MB * 4096).Run(Budget));
        Assert.Equal(verdicts, new SimulatedWriter(100 * MB / 8, 30 * MB / 8, 12.5 * MB / 8).Run(Budget));
    }

    [Fact]
    public void Left_AfterASmallRoundThatTheBuffersTook_IsByTheRateThatTheLinkKeepsUp() =>
        Assert.Equal(0.8, ThrottlePolicy.Left([new CopyRound(100_000_000, TimeSpan.FromSeconds(8)), new CopyRound(10_000_000, TimeSpan.FromMilliseconds(1))]).TotalSeconds, 3);
}
