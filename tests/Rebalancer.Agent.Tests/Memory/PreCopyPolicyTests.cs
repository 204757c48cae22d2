using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class PreCopyPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PreCopyLimits Limits = new(null, TimeSpan.FromSeconds(10), true);

    /// <summary>A round of so many megabytes at 100 MB/s.</summary>
    private static CopyRound Round(double megabytes) => new((long)(megabytes * 1e6), TimeSpan.FromSeconds(megabytes / 100));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(0.2, 5)]
    [InlineData(1, 19)]
    public void HoldPause_WhereARoundReadsAllMemory_IsLongEnoughThatItCostsLittle(double scanSeconds, double pauseSeconds) =>
        Assert.Equal(TimeSpan.FromSeconds(pauseSeconds), PreCopyPolicy.HoldPause(TimeSpan.FromSeconds(scanSeconds)));

    [Fact]
    public void Next_OneRoundOnly_GoesOn() => Assert.True(PreCopyPolicy.Next([Round(500)], Now, Limits).IsGoOn);

    [Theory]
    [InlineData(1000, 900, 1.0, true)]
    [InlineData(1000, 700, 1.0, false)]
    [InlineData(1000, 1200, 1.0, true)]
    [InlineData(64, 60, 0.01, false)]
    public void IsNearlyOver_WhatIsLeftTakesNoLongerThanATarget_Is(int megabytes, int sent, double seconds, bool isOver) =>
        Assert.Equal(isOver, PreCopyPolicy.IsNearlyOver(new FirstRound(megabytes * 1_000_000L, sent * 1_000_000L, TimeSpan.FromSeconds(seconds))));

    [Theory]
    [InlineData(0L, true)]
    [InlineData(4_000_000L, true)]
    [InlineData(6_000_000L, false)]
    [InlineData(null, false)]
    public void IsCalm_WhatIsWrittenUntilTheEndTakesAMoment_Is(long? written, bool isCalm) =>
        Assert.Equal(isCalm, PreCopyPolicy.IsCalm(new FirstRound(100_000_000, 90_000_000, TimeSpan.FromSeconds(0.9)), written));

    [Fact]
    public void ScanExcess_LookThatTakesHalfTheBudget_IsNamedAndNobodyIsThrottledForIt()
    {
        var limits = Limits with { FinalScan = TimeSpan.FromSeconds(5) };

        Assert.Equal("looking through the memory once more takes about 5.0 s of a freeze of at most 10.0 s", limits.ScanExcess);
        Assert.Equal((false, 1.0), (PreCopyPolicy.Next([Round(1000), Round(900), Round(900)], Now, limits) is var verdict && verdict.IsGoOn, verdict.Share));
    }

    [Fact]
    public void Fits_WithALookThroughTheMemory_HasLessOfTheBudget()
    {
        CopyRound[] rounds = [new(4_000_000_000, TimeSpan.FromSeconds(4))];

        Assert.True(ThrottlePolicy.Fits(rounds, Limits));
        Assert.False(ThrottlePolicy.Fits(rounds, Limits with { FinalScan = TimeSpan.FromSeconds(2) }));
        Assert.Null((Limits with { FinalScan = TimeSpan.FromSeconds(2) }).ScanExcess);
    }

    [Fact]
    public void Next_NothingToSend_Ends() => Assert.False(PreCopyPolicy.Next([new CopyRound(0, TimeSpan.FromSeconds(1))], Now, Limits).IsGoOn);

    [Fact]
    public void Next_LittleLeft_EndsAlthoughItsRoundWasSlow() =>
        Assert.Equal(new PreCopyVerdict(false, "little is left to send"), PreCopyPolicy.Next([Round(500), new CopyRound(500_000, TimeSpan.FromSeconds(1))], Now, Limits));

    [Fact]
    public void Next_Converges_GoesOn() => Assert.True(PreCopyPolicy.Next([Round(500), Round(250), Round(125), Round(60)], Now, Limits).IsGoOn);

    [Fact]
    public void Next_NoProgress_EndsAfterTwoRoundsOfIt()
    {
        Assert.True(PreCopyPolicy.Next([Round(500), Round(490)], Now, Limits).IsGoOn);
        Assert.Equal("the pod writes as fast as the link sends", PreCopyPolicy.Next([Round(500), Round(490), Round(495)], Now, Limits).Reason);
    }

    [Fact]
    public void Next_OneBadRound_GoesOn() => Assert.True(PreCopyPolicy.Next([Round(500), Round(490), Round(200)], Now, Limits).IsGoOn);

    [Fact]
    public void Next_DeadlineNear_Ends()
    {
        CopyRound[] rounds = [Round(3000), Round(1500)];

        Assert.True(PreCopyPolicy.Next(rounds, Now, Limits with { Deadline = Now.AddSeconds(31) }).IsGoOn);
        Assert.Equal("the deadline is near", PreCopyPolicy.Next(rounds, Now, Limits with { Deadline = Now.AddSeconds(29) }).Reason);
    }

    [Fact]
    public void Next_Always_Ends()
    {
        var rounds = new List<CopyRound>();
        for (double size = 1e12; ; size *= 0.7)
        {
            rounds.Add(Round(size));
            if (!PreCopyPolicy.Next(rounds, Now, Limits).IsGoOn) { break; }
        }
        Assert.InRange(rounds.Count, 2, PreCopyPolicy.MaximumRounds);
    }
}
