using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class HashTrackerTests
{
    private const byte A = 1, B = 2;
    private readonly FakeMemory memory = new();
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void TakeWritten_NothingSentYet_IsWhateverIsThere()
    {
        using var tracker = Tracker();
        for (var page = 150UL; page < 400; page++) { memory[page] = A; }

        Assert.Equal([Pages(150, 400)], tracker.TakeWritten());
        Assert.Equal([Pages(150, 400)], tracker.TakeWritten());
    }

    [Fact]
    public void TakeWritten_AfterSending_IsWhatHasAnotherContentOrIsNew()
    {
        using var tracker = Sent(100, 300);
        memory[163] = memory[164] = memory[200] = B;
        memory[500] = A;

        Assert.Equal([Pages(163, 165), Pages(200, 201), Pages(500, 501)], tracker.TakeWritten());
    }

    [Fact]
    public void Final_PageThatWasAnotherWhileItWasSentAndIsNowWhatItWasWhenLookedAt_IsWritten()
    {
        using var tracker = Sent(100, 110);
        memory[105] = B;
        Assert.Equal([Pages(105, 106)], tracker.TakeWritten());
        // Looked at as B, sent as A, frozen as B: the target has A.
        tracker.NoteSent(Pages(105, 106).Start, FakeMemory.Page(A));

        Assert.Equal([(Pages(100, 105), false), (Pages(105, 106), true), (Pages(106, 110), false)], tracker.Final().Select(each => (each.Range, each.IsWritten)));
    }

    [Fact]
    public void Final_PageThatChangedBetweenLookAndSending_IsCleanAsItWasSent()
    {
        using var tracker = Sent(100, 110);
        memory[105] = B;
        _ = tracker.TakeWritten();
        memory[105] = 3;
        Send(tracker, 105);

        Assert.Equal([new TrackedRange(Pages(100, 110), false)], tracker.Final());
    }

    [Fact]
    public void Final_PageThatWentOverTorn_IsWritten()
    {
        using var tracker = Sent(100, 110);
        var torn = FakeMemory.Page(A);
        torn.AsSpan(2048).Fill(B);
        memory[105] = B;
        tracker.NoteSent(Pages(105, 106).Start, torn);

        Assert.True(Assert.Single(tracker.Final(), each => each.Range == Pages(105, 106)).IsWritten);
    }

    [Fact]
    public void Final_PageThatWasFoundButNeverSent_IsWritten()
    {
        using var tracker = Sent(100, 110);
        memory[110] = A;
        _ = tracker.TakeWritten();

        Assert.Equal([(Pages(100, 110), false), (Pages(110, 111), true)], tracker.Final().Select(each => (each.Range, each.IsWritten)));
    }

    [Fact]
    public void Final_PageThatCannotBeRead_IsWrittenAndSoAreThoseBehindItInTheBlock()
    {
        using var tracker = Sent(128, 138);
        memory.Contents.Remove(136);

        Assert.Equal([(Pages(128, 136), false), (Pages(136, 138), true)], tracker.Final().Select(each => (each.Range, each.IsWritten)));
    }

    [Fact]
    public void TakeWritten_PageThatHadGoneForARound_IsWritten()
    {
        using var tracker = Sent(100, 110);
        for (var page = 100UL; page < 110; page++) { memory.Pages.Words.Remove(page); }
        Assert.Equal([], tracker.TakeWritten());
        memory[105] = A;

        Assert.Equal([Pages(105, 106)], tracker.TakeWritten());
    }

    [Fact]
    public void FinalEstimate_SharesTheLastLookAmongTheThreads()
    {
        memory.OnRead = () => clock.Advance(TimeSpan.FromMilliseconds(10));
        using var tracker = Sent(128, 256);
        Assert.Equal(TimeSpan.Zero, tracker.FinalEstimate);

        _ = tracker.TakeWritten();

        Assert.Equal(TimeSpan.FromMilliseconds(5), tracker.FinalEstimate);
    }

    [Theory]
    [InlineData(0UL, "")]
    [InlineData(ulong.MaxValue, "0+64")]
    [InlineData(0x8000_0000_0000_0001UL, "0+1 63+1")]
    [InlineData(0x0000_0000_0000_0ff6UL, "1+2 4+8")]
    public void Runs_OfBits_AreAscending(ulong bits, string expected) => Assert.Equal(expected, string.Join(' ', PageBlock.Runs(bits).Select(run => $"{run.First}+{run.Count}")));

    private HashTracker Tracker() => new(memory.Pages, zeroFrame: 7, memory.Read, seed: 42, threads: 4, clock);

    private HashTracker Sent(ulong first, ulong end)
    {
        for (var page = first; page < end; page++) { memory[page] = A; }
        var tracker = Tracker();
        _ = tracker.TakeWritten();
        for (var page = first; page < end; page++) { Send(tracker, page); }
        return tracker;
    }

    private void Send(HashTracker tracker, ulong page) => tracker.NoteSent(page << PageRange.PageShift, FakeMemory.Page(memory.Contents[page]));

    private static PageRange Pages(ulong first, ulong end) => new(first << PageRange.PageShift, end << PageRange.PageShift);
}
