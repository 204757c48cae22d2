using Google.Protobuf;
using Grpc.Core;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Transfer;

public sealed class PeerTransferTests : IDisposable
{
    /// <summary>
    /// Everything here waits for an event; the limit only turns a hang into a failure. What is waited for is work of the thread pool (TLS, HTTP/2, a stream's
    /// reset on its way to the server), which a machine that builds and measures beside the tests has held up for more than 20 s.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TestAuthority authority = new();
    private readonly string images = Directory.CreateTempSubdirectory("images-").FullName;

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(images, recursive: true);
    }

    [Fact]
    public async Task Move_ImagesThatGrowWhileSent_ArriveWhole()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server, authority.Issue("n1", PeerServer.Loopback));
        await using var stream = await ImagesAsync(server, authority.Issue("n1", PeerServer.Loopback), session);
        using var sender = new ImageSender(images, stream);
        var pages = Noise((5 << 20) + 123);
        var pagesPath = Path.Combine(images, "pages-1.img");
        await File.WriteAllBytesAsync(pagesPath, pages[..(3 << 20)]);
        var written = new TaskCompletionSource();
        var tailing = sender.TailAsync(written.Task, ["."], TimeProvider.System, CancellationToken.None);
        await using (var growing = new FileStream(pagesPath, FileMode.Append)) { await growing.WriteAsync(pages.AsMemory(3 << 20)); }
        await File.WriteAllBytesAsync(Path.Combine(images, "core-1.img"), [1, 2, 3]);
        await File.WriteAllBytesAsync(Path.Combine(images, "empty.img"), []);
        written.SetResult();
        await tailing.WaitAsync(Limit);
        await sender.FinishAsync(CancellationToken.None);
        await session.ImagesStored.WaitAsync(Limit);
        Assert.Equal(["core-1.img", "empty.img", "pages-1.img"], Directory.EnumerateFiles(server.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(pages, await File.ReadAllBytesAsync(Path.Combine(server.Folder, "pages-1.img")));
        Assert.Equal("n1", Assert.Single(server.Peers));
    }

    [Fact]
    public async Task Move_OverACappedLink_IsCompressedAndArrivesWhole()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server, authority.Issue("n1", PeerServer.Loopback));
        Assert.Equal([PackedData.Codec], (await session.Accepted.WaitAsync(Limit)).Codecs);
        await using var stream = await ImagesAsync(server, authority.Issue("n1", PeerServer.Loopback), session);
        // Slow for any machine; what is measured below is that the cap is the limit, not how fast this one is.
        stream.Packer = new RecordPacker(TimeProvider.System);
        stream.Pace = new CopyPace(8 << 20, TimeProvider.System);
        using var sender = new ImageSender(images, stream);
        byte[] pages = [.. Enumerable.Range(0, 8 << 20).Select(i => (byte)(i / 1000))];
        await File.WriteAllBytesAsync(Path.Combine(images, "pages-1.img"), pages);

        await sender.FinishAsync(CancellationToken.None);
        await session.ImagesStored.WaitAsync(Limit);

        Assert.Equal(pages, await File.ReadAllBytesAsync(Path.Combine(server.Folder, "pages-1.img")));
        Assert.InRange(stream.Packer.BytesBefore, 1 << 20, 7 << 20);
        Assert.InRange(stream.Packer.BytesAfter, 1, stream.Packer.BytesBefore / 10);
    }

    [Fact]
    public async Task Move_ClientOfAnotherCa_IsRefused()
    {
        using var other = new TestAuthority();
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        var e = await Assert.ThrowsAsync<MoveException>(() => OpenAsync(server, other.Issue("n1", PeerServer.Loopback, trustedCa: authority.CaPath)));
        Assert.Equal(Reasons.PeerUnreachable, e.Reason);
        Assert.Empty(server.Peers);
    }

    [Fact]
    public async Task Move_ServerOfAnotherCa_IsRefused()
    {
        using var other = new TestAuthority();
        await using var server = await PeerServer.StartAsync(other.Issue("n2", PeerServer.Loopback, trustedCa: authority.CaPath), "n1");
        await Assert.ThrowsAsync<MoveException>(() => OpenAsync(server, authority.Issue("n1", PeerServer.Loopback)));
    }

    [Fact]
    public async Task Move_ServerIsAnotherNode_IsRefused()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n3", PeerServer.Loopback), "n1");
        await Assert.ThrowsAsync<MoveException>(() => OpenAsync(server, authority.Issue("n1", PeerServer.Loopback)));
        Assert.Empty(server.Peers);
    }

    [Fact]
    public async Task Move_ClientIsNoNodeOfTheCluster_IsRefused()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        var e = await Assert.ThrowsAsync<MoveException>(() => OpenAsync(server, authority.Issue("stranger", PeerServer.Loopback)));
        Assert.Contains("stranger", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Peers);
    }

    [Fact]
    public async Task Move_ExpiredCertificate_IsRefused()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await Assert.ThrowsAsync<MoveException>(() => OpenAsync(server, authority.Issue("n1", PeerServer.Loopback, untilHours: -0.5)));
        Assert.Empty(server.Peers);
    }

    [Fact]
    public async Task Move_UnknownMigration_FailsTyped()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        var e = await Assert.ThrowsAsync<MoveException>(() => OpenAsync(server, authority.Issue("n1", PeerServer.Loopback), "unknown"));
        Assert.Equal(Reasons.TargetUnknown, e.Reason);
    }

    [Fact]
    public async Task Move_SourceHangsUp_TargetIsToldAndNothingIsStored()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using (var session = await OpenAsync(server, authority.Issue("n1", PeerServer.Loopback)))
        {
            await session.SendAsync(new MoveFrame { Freezing = new Freezing() }, CancellationToken.None);
        }
        Assert.NotNull(await server.Closed.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task Send_CancelledInTheMiddle_LeavesTheStreamToTellWhy()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server, authority.Issue("n1", PeerServer.Loopback));
        using var end = new CancellationTokenSource();
        var sent = 0;
        var sending = SendForEverAsync();
        while (Volatile.Read(ref sent) < 20) { await Task.Yield(); }
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        await session.SendAsync(new MoveFrame { Abort = new Abort { Reason = Reasons.FreezeBudgetExceeded } }, CancellationToken.None);
        Assert.False(session.Lost.IsCompleted);
        Assert.False(server.Closed.Task.IsCompleted);

        async Task SendForEverAsync()
        {
            var frame = new MoveFrame { Packet = new HeldPacket { Frame = ByteString.CopyFrom(new byte[100 * 1024]) } };
            while (true)
            {
                await session.SendAsync(frame, end.Token);
                Interlocked.Increment(ref sent);
            }
        }
    }

    [Fact]
    public async Task Target_AsksForPagesWithoutEnd_OnlySomeAreKept()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server, authority.Issue("n1", PeerServer.Loopback));

        for (var page = 0; page < 2 * TransferLimits.Wants; page++) { server.Say(new MoveReply { Want = new Want { Process = "redis/1", Address = (ulong)page } }); }
        server.Say(new MoveReply { Warm = new Warm() });
        await session.Warm.WaitAsync(Limit);

        Assert.Equal(TransferLimits.Wants, session.Wants.Count);
        Assert.True(session.Wants.TryRead(out var first));
        Assert.Equal((ulong)TransferLimits.Wants, first.Address);
    }

    [Fact]
    public async Task Target_ListsWhatIsMissingWithoutEnd_LosesTheMove()
    {
        const int AtOnce = 8192;
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server, authority.Issue("n1", PeerServer.Loopback));
        var some = new Missing { Process = "redis/1" };
        some.Bounds.AddRange(new ulong[AtOnce]);

        for (var sent = 0; sent <= TransferLimits.MissingBounds; sent += AtOnce) { server.Say(new MoveReply { Missing = some }); }

        Assert.Equal(Reasons.TransferFailed, (await session.Lost.WaitAsync(Limit)).Reason);
        await Assert.ThrowsAsync<MoveException>(() => session.Missing);
    }

    [Fact]
    public async Task Probe_Stranger_IsRefused()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        using var certificates = PeerCertificates.Load(authority.Issue("stranger", PeerServer.Loopback));
        using var channel = new PeerChannels(certificates).To(server.Endpoint, "n2");
        var e = await Assert.ThrowsAsync<RpcException>(async () => await new NodeAgent.NodeAgentClient(channel).ProbeAsync(new ProbeRequest { Node = "n2" }));
        Assert.Equal(StatusCode.PermissionDenied, e.StatusCode);
    }

    private static async Task<PeerSession> OpenAsync(PeerServer server, AgentOptions own, string migrationUid = "known")
    {
        var session = PeerSession.Open(new PeerChannels(PeerCertificates.Load(own)).To(server.Endpoint, "n2"));
        try
        {
            await session.SendAsync(new MoveFrame { Hello = new Hello { MigrationUid = migrationUid } }, CancellationToken.None);
            await session.Accepted.WaitAsync(Limit);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private static async Task<ImageStream> ImagesAsync(PeerServer server, AgentOptions own, PeerSession session)
    {
        using var certificates = PeerCertificates.Load(own);
        return await new PeerChannels(certificates).ImagesAsync(server.Endpoint, "n2", session, CancellationToken.None);
    }

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
