using System.IO.Hashing;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Transfer.Images;

public sealed class PageReceiverTests : IDisposable
{
    private const int Page = PageRange.PageBytes;
    private readonly string folder = Directory.CreateTempSubdirectory("pages-").FullName;
    private readonly PageReceiver receiver;

    public PageReceiverTests() => receiver = new PageReceiver(folder, ["web"], maximumBytes: 4 * Page);

    public void Dispose()
    {
        receiver.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Write_PagesInAnyOrderAndTwice_TheLastStateIsKeptAtItsPlace()
    {
        var hash = new XxHash3();
        long bytes = 0;
        foreach (var (address, content) in new[] { (0x7f0000200000UL, 1), (0x7f00001ff000UL, 2), (0x7f0000200000UL, 3) })
        {
            var page = Enumerable.Repeat((byte)content, Page).ToArray();
            receiver.Write("web/1", address, page);
            hash.Append(page);
            bytes += Page;
        }

        receiver.Complete(new Manifest { PageBytes = bytes, PagesXxHash3 = hash.GetCurrentHashAsUInt64() });

        Assert.Equal((3, 2), (At(1, 0x7f0000200000), At(1, 0x7f00001ff000)));
    }

    [Theory]
    [InlineData("db/1", 0x1000, Page)]
    [InlineData("web/0", 0x1000, Page)]
    [InlineData("web/-1", 0x1000, Page)]
    [InlineData("web/../web/1", 0x1000, Page)]
    [InlineData("web", 0x1000, Page)]
    [InlineData("web/1", 0x1001, Page)]
    [InlineData("web/1", 0x1000, Page - 1)]
    [InlineData("web/1", 0x7ffffffff000, 2 * Page)]
    [InlineData("web/1", 0xfffffffffffff000, Page)]
    public void Write_WhatNoPodSends_Throws(string process, ulong address, int length) =>
        Assert.Throws<TransferException>(() => receiver.Write(process, address, new byte[length]));

    [Fact]
    public void Write_MorePagesThanAnnounced_Throws()
    {
        for (var i = 0; i < 10; i++) { receiver.Write("web/1", 0x1000, new byte[Page]); }
        Assert.Throws<TransferException>(() => receiver.Write("web/2", 0x10000, new byte[4 * Page]));
    }

    [Fact]
    public void Complete_BytesThatDidNotCome_Throws()
    {
        receiver.Write("web/1", 0x1000, new byte[Page]);
        Assert.Throws<TransferException>(() => receiver.Complete(new Manifest { PageBytes = 2 * Page }));
        Assert.Throws<TransferException>(() => receiver.Complete(new Manifest { PageBytes = Page, PagesXxHash3 = 1 }));
    }

    private int At(int pid, ulong address)
    {
        var region = PageIndex.Read(Path.Combine(folder, "web", PageIndex.IndexName))[(pid, address >> PageSet.BlockShift)];
        using var store = File.OpenHandle(Path.Combine(folder, "web", PageIndex.StoreName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var one = new byte[1];
        Assert.Equal(1, RandomAccess.Read(store, one, (region * PageSet.BlockBytes) + (long)(address & (PageSet.BlockBytes - 1))));
        return one[0];
    }
}
