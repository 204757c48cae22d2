using System.Runtime.InteropServices;
using System.Threading.Channels;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Tests.Transfer;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Moves;

/// <summary>Pages of this very process, sent to the endpoint of another agent after its manifest.</summary>
public sealed class LateSenderTests : IDisposable
{
    private const int Page = PageRange.PageBytes;
    private const int Pages = 2048;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TestAuthority authority = new();
    private readonly string images = Directory.CreateTempSubdirectory("images-").FullName;
    private readonly byte[] memory = GC.AllocateArray<byte>((Pages + 1) * Page, pinned: true);

    public LateSenderTests()
    {
        Directory.CreateDirectory(Path.Combine(images, "web"));
        for (var i = 0; i < Pages; i++) { memory.AsSpan((int)(Start - First) + (i * Page), Page).Fill((byte)(i % 251)); }
    }

    private ulong First => (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0);

    private ulong Start => (First + Page - 1) / Page * Page;

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(images, recursive: true);
    }

    [Fact]
    public async Task Start_PageThatIsWaitedFor_ComesFirstAndWhatFollowsItNext()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        server.Containers = ["web"];
        await using var session = await OpenAsync(server);
        using var certificates = PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback));
        await using var stream = await new PeerChannels(certificates).ImagesAsync(server.Endpoint, "n2", session, CancellationToken.None);
        using var self = ProcessMemory.Open(Environment.ProcessId);
        using var sender = new ImageSender(images, stream);
        var left = new PageSet();
        left.Add(new PageRange(Start, Start + (Pages * Page)));
        await stream.AnnounceAsync("web/1", left.Ranges(), CancellationToken.None);
        await sender.FinishAsync(CancellationToken.None);
        await session.ImagesStored.WaitAsync(Limit);
        var wanted = Start + (1500 * Page);
        var wants = Channel.CreateUnbounded<Want>();
        wants.Writer.TryWrite(new Want { Process = "web/7", Address = wanted });
        wants.Writer.TryWrite(new Want { Process = "web/1", Address = wanted });

        await using var late = new LateSender(stream, [new LateProcess(new ProcessName("web", 1), self, left)], wants.Reader);
        late.Start();
        await late.Sent.WaitAsync(Limit);
        await session.Filled.WaitAsync(Limit);

        Assert.Equal(wanted, server.LateOrder.First());
        Assert.All(server.LateOrder.Take(3), address => Assert.InRange(address, wanted, Start + (Pages * Page) - 1));
        Assert.Equal(Pages * Page, late.Bytes);
        Assert.Equal([], Enumerable.Range(0, Pages).Where(page => At(server.Folder, Start + ((ulong)page * Page)) != page % 251));
    }

    private async Task<PeerSession> OpenAsync(PeerServer server)
    {
        var session = PeerSession.Open(new PeerChannels(PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback))).To(server.Endpoint, "n2"));
        await session.SendAsync(new MoveFrame { Hello = new Hello { MigrationUid = "known", EstimatedBytes = Pages * Page } }, CancellationToken.None);
        await session.Accepted.WaitAsync(Limit);
        return session;
    }

    private static int At(string folder, ulong address)
    {
        var region = PageIndex.Read(Path.Combine(folder, "web", PageIndex.IndexName))[(1, address >> PageSet.BlockShift)];
        using var store = File.OpenRead(Path.Combine(folder, "web", PageIndex.StoreName));
        store.Position = (region * PageSet.BlockBytes) + (long)(address & (PageSet.BlockBytes - 1));
        return store.ReadByte();
    }
}
