using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Transfer.Images;

public sealed class LateStoreTests : IDisposable
{
    private const int Page = PageRange.PageBytes;
    /// <summary>The last page of a block of addresses: the next one lies in another region of the store.</summary>
    private const ulong Border = 0x7f00001ff000;
    private readonly string folder = Directory.CreateTempSubdirectory("late-").FullName;

    private string Store => Path.Combine(folder, "web");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Write_LatePages_LieWhereThePageServerLooksForThem()
    {
        Announce(new PageRange(Border, Border + (2 * Page)));
        using var late = LateStore.TryOpen(Store)!;

        var came = late.Write(1, Border, [.. Enumerable.Repeat((byte)7, Page), .. Enumerable.Repeat((byte)8, Page)]);

        Assert.True(late.IsComplete);
        Assert.Equal((7, 8), (At(Border), At(Border + Page)));
        Assert.Equal([new PageRange(Border, Border + Page), new PageRange(Border + Page, Border + (2 * Page))], came.Chunk(LatePages.Bytes).Select(each => LatePages.Read(each).Range));
        Assert.Equal(came, late.Came());
    }

    [Fact]
    public void TryOpen_AfterARestart_KnowsWhatHasCome()
    {
        Announce(new PageRange(0x1000, 0x4000));
        byte[] before;
        using (var late = LateStore.TryOpen(Store)!) { before = late.Write(1, 0x2000, new byte[Page]); }
        // An entry that was not written to its end when the agent died.
        File.AppendAllText(Path.Combine(Store, LatePagesFile.CameName), "abc");

        using var again = LateStore.TryOpen(Store)!;

        Assert.Equal([(1, new PageRange(0x1000, 0x2000)), (1, new PageRange(0x3000, 0x4000))], again.Missing());
        Assert.Equal(before, again.Came());
        var more = again.Write(1, 0x3000, new byte[Page]);
        Assert.Equal([.. before, .. more], again.Came());
        Assert.False(again.IsComplete);
    }

    [Theory]
    [InlineData(1, 0x5000, Page)]
    [InlineData(2, 0x1000, Page)]
    [InlineData(1, 0x3000, 2 * Page)]
    [InlineData(1, 0x1000, Page - 1)]
    [InlineData(1, 0x1000, 0)]
    public void Write_WhatIsNotMissing_Throws(int pid, ulong address, int length)
    {
        Announce(new PageRange(0x1000, 0x4000));
        using var late = LateStore.TryOpen(Store)!;

        Assert.Throws<TransferException>(() => late.Write(pid, address, new byte[length]));
        Assert.Equal([(1, new PageRange(0x1000, 0x4000))], late.Missing());
    }

    [Fact]
    public void Write_TheSamePageTwice_Throws()
    {
        Announce(new PageRange(0x1000, 0x2000));
        using var late = LateStore.TryOpen(Store)!;
        late.Write(1, 0x1000, new byte[Page]);

        Assert.Throws<TransferException>(() => late.Write(1, 0x1000, new byte[Page]));
    }

    [Fact]
    public void Announce_MoreThanWasSaid_Throws()
    {
        using var receiver = new PageReceiver(folder, ["web"], maximumBytes: 4 * Page);

        Assert.Throws<TransferException>(() => receiver.Announce("web/1", new PageRange(0x1000, 0x1000 + (5 * Page))));
        Assert.Throws<TransferException>(() => receiver.Announce("db/1", new PageRange(0x1000, 0x2000)));
        Assert.Throws<TransferException>(() => receiver.Announce("web/1", new PageRange(0x2000, 0x1000)));
    }

    [Fact]
    public void TryOpen_NothingIsLate_IsNull()
    {
        using (var receiver = new PageReceiver(folder, ["web"], maximumBytes: 4 * Page)) { receiver.Complete(new Manifest()); }

        Assert.Null(LateStore.TryOpen(Store));
    }

    private void Announce(PageRange pages)
    {
        using var receiver = new PageReceiver(folder, ["web"], maximumBytes: 16 * Page);
        receiver.Announce("web/1", pages);
        receiver.Complete(new Manifest());
    }

    private int At(ulong address)
    {
        var region = PageIndex.Read(Path.Combine(Store, PageIndex.IndexName))[(1, address >> PageSet.BlockShift)];
        var bytes = File.ReadAllBytes(Path.Combine(Store, PageIndex.StoreName));
        return bytes[(region * PageSet.BlockBytes) + (long)(address & (PageSet.BlockBytes - 1))];
    }
}
