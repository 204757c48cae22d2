using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class SoftDirtyTrackerTests
{
    private const ulong ZeroFrame = 7;
    private readonly FakePages process = new([Pages(100, 200), Pages(300, 400)]);

    [Fact]
    public void TakeWritten_FirstTime_IsWhateverHasContentOfItsOwn()
    {
        process.Words[100] = PageWord.Present | 50;
        process.Words[101] = PageWord.Swapped | 51;
        process.Words[102] = PageWord.Present | PageWord.File | 52;
        process.Words[103] = PageWord.Present | ZeroFrame;
        process.Words[104] = PageWord.Swapped | PageWord.Guard;
        // A page that is not there in a mapping that was made since the bits were cleared.
        process.Words[105] = PageWord.SoftDirty;
        process.Words[399] = PageWord.Present | PageWord.SoftDirty | 53;
        using var tracker = Tracker();

        Assert.Equal([Pages(100, 102), Pages(399, 400)], tracker.TakeWritten());
        Assert.Equal(1, process.Clears);
    }

    [Fact]
    public void TakeWritten_Later_IsWhatIsMarked()
    {
        Present(100, 150);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        process.Words[120] |= PageWord.SoftDirty;
        process.Words[121] |= PageWord.SoftDirty;

        Assert.Equal([Pages(120, 122)], tracker.TakeWritten());
        Assert.Equal([], tracker.TakeWritten());
    }

    [Fact]
    public void LookAtWritten_TakesNothing()
    {
        Present(100, 150);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        process.Words[120] |= PageWord.SoftDirty;

        Assert.Equal([Pages(120, 121)], ((IDirtyTracker)tracker).LookAtWritten()!);
        Assert.Equal(1, process.Clears);
        Assert.Equal([Pages(120, 121)], tracker.TakeWritten());
    }

    [Fact]
    public void TakeWritten_MappingMadeSince_IsWritten()
    {
        Present(100, 110);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        Present(310, 320, PageWord.SoftDirty);

        Assert.Equal([Pages(310, 320)], tracker.TakeWritten());
    }

    [Fact]
    public void TakeWritten_UnmarkedPageInTheFrameOfAnother_IsWritten()
    {
        Present(100, 110);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        // mremap of a whole page table: other frames at these addresses, and no mark.
        process.Words[104] = PageWord.Present | 9000;
        process.Words[105] = PageWord.Present | 9001;
        process.Words[350] = PageWord.Present | 9002;

        Assert.Equal([Pages(104, 106), Pages(350, 351)], tracker.TakeWritten());
    }

    [Fact]
    public void TakeWritten_PageSwappedOut_IsSentAgainRatherThanMissed()
    {
        Present(100, 102);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        process.Words[101] = PageWord.Swapped | 77;

        Assert.Equal([Pages(101, 102)], tracker.TakeWritten());
        Assert.Equal([], tracker.TakeWritten());
    }

    [Fact]
    public void TakeWritten_PageThatWentAndCameBackInItsFrame_IsWritten()
    {
        Present(100, 102);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        var word = process.Words[101];
        process.Words.Remove(101);
        _ = tracker.TakeWritten();
        process.Words[101] = word;

        Assert.Equal([Pages(101, 102)], tracker.TakeWritten());
    }

    [Fact]
    public void Final_TellsAllAndWhichWereWritten_AndChangesNothing()
    {
        Present(100, 110);
        using var tracker = Tracker();
        _ = tracker.TakeWritten();
        process.Words[105] |= PageWord.SoftDirty;

        TrackedRange[] expected = [new(Pages(100, 105), false), new(Pages(105, 106), true), new(Pages(106, 110), false)];
        Assert.Equal(expected, tracker.Final());
        Assert.Equal(expected, tracker.Final());
    }

    [Fact]
    public void Final_NeverLookedAt_AllIsWritten()
    {
        Present(100, 110);
        using var tracker = Tracker();

        Assert.Equal([new TrackedRange(Pages(100, 110), true)], tracker.Final());
    }

    [Fact]
    public void TakeWritten_ThreadThatDoesNotStop_TriesAgainAndThenGivesUp()
    {
        Present(100, 101);
        using var tracker = Tracker();
        process.Busy = 2;
        Assert.Single(tracker.TakeWritten());

        process.Busy = 3;
        Assert.Throws<LinuxException>(tracker.TakeWritten);
    }

    [Fact]
    public void LongestStop_IsThatOfTheLongestRound()
    {
        using var tracker = Tracker();
        foreach (var ms in (int[])[2, 9, 3])
        {
            process.Stop = TimeSpan.FromMilliseconds(ms);
            _ = tracker.TakeWritten();
        }

        Assert.Equal(TimeSpan.FromMilliseconds(9), tracker.LongestStop);
    }

    [Fact]
    public void Obstacle_ProcessThatWatchesItsOwnMemory_IsLeftAlone()
    {
        using var root = new TemporaryProc();
        Directory.CreateDirectory(root.Path + "/7/fd");
        var proc = new ProcFolder(root.Path);
        Assert.Null(SoftDirtyTracker.Obstacle(7, proc));

        File.CreateSymbolicLink(root.Path + "/7/fd/4", "/proc/7/clear_refs");

        Assert.Contains("soft-dirty", SoftDirtyTracker.Obstacle(7, proc), StringComparison.Ordinal);
    }

    private SoftDirtyTracker Tracker() => new(process, ZeroFrame);

    private void Present(ulong from, ulong to, ulong mark = 0)
    {
        for (var page = from; page < to; page++) { process.Words[page] = PageWord.Present | mark | (page + 1000); }
    }

    private static PageRange Pages(ulong from, ulong to) => new(from << PageRange.PageShift, to << PageRange.PageShift);

    private sealed class TemporaryProc : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory().FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
