using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Transfer.Images;

/// <summary>The image stream of the real endpoint, attacked: what comes there is untrusted although its certificate is right.</summary>
public sealed class ImageListenerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TestAuthority authority = new();

    public void Dispose() => authority.Dispose();

    public static TheoryData<string, byte[]> BadRecords => new()
    {
        { "a path that leads outside", Record("../../evil", ImageRecordKind.Chunk, 0, [1]) },
        { "bytes out of order", Record("core-1.img", ImageRecordKind.Chunk, 7, [1]) },
        { "a negative offset", Record("core-1.img", ImageRecordKind.Chunk, -1, [1]) },
        { "an unknown kind", Record("core-1.img", (ImageRecordKind)9, 0, [1]) },
        { "a chunk that is too large", [.. Record("core-1.img", ImageRecordKind.Chunk, 0, []).AsSpan(4).ToArray().Prepend((byte)0xff).Prepend((byte)0xff).Prepend((byte)0xff).Prepend((byte)0xff)] },
        { "compressed data that is none", Record("core-1.img", ImageRecordKind.PackedChunk, 0, [16, 0, 0, 0, 1, 2, 3]) },
        { "compressed data that would be larger than a chunk", Record("core-1.img", ImageRecordKind.PackedChunk, 0, [0, 0, 0, 0x40, .. new ZstdSharp.Compressor(1).Wrap(new byte[1 << 20])]) },
        { "compressed pages that are no whole pages", Record("redis/1", ImageRecordKind.PackedPages, 4096, [0, 8, 0, 0, .. new ZstdSharp.Compressor(1).Wrap(new byte[2048])]) },
        { "a manifest that is none", Record("", ImageRecordKind.Manifest, 0, [0xff, 0xff, 0xff]) },
        { "a manifest of files that did not come", Record("", ImageRecordKind.Manifest, 0, new Manifest { Files = { new ManifestFile { Path = "core-1.img" } } }.ToByteArray()) },
        { "a hash that is wrong", [.. Record("core-1.img", ImageRecordKind.Chunk, 0, [1, 2]), .. Record("", ImageRecordKind.Manifest, 0, new Manifest { Files = { new ManifestFile { Path = "core-1.img", Length = 2, XxHash3 = 1 } } }.ToByteArray())] },
    };

    [Theory]
    [MemberData(nameof(BadRecords))]
    public async Task Stream_ThatBreaksARule_EndsTheMoveTyped(string what, byte[] records)
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server);
        await using var stream = await ConnectAsync(server, authority.Issue("n1", PeerServer.Loopback), await session.Accepted.WaitAsync(Limit));
        await stream.WriteAsync(records);

        var lost = await session.Lost.WaitAsync(Limit);

        Assert.True(lost.Reason == Reasons.TransferFailed, what);
        Assert.IsType<TransferException>(await server.Closed.Task.WaitAsync(Limit));
        await Assert.ThrowsAsync<MoveException>(() => session.ImagesStored.WaitAsync(Limit));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(server.Folder)!, "evil")));
    }

    [Fact]
    public async Task Stream_ThatEndsBeforeItsManifest_EndsTheMove()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server);
        await using (var stream = await ConnectAsync(server, authority.Issue("n1", PeerServer.Loopback), await session.Accepted.WaitAsync(Limit)))
        {
            await stream.WriteAsync(Record("core-1.img", ImageRecordKind.Chunk, 0, [1]));
        }

        Assert.Equal(Reasons.TransferFailed, (await session.Lost.WaitAsync(Limit)).Reason);
    }

    [Fact]
    public async Task Ticket_UsedTwice_IsRefused()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server);
        var accepted = await session.Accepted.WaitAsync(Limit);
        await using var first = await ConnectAsync(server, authority.Issue("n1", PeerServer.Loopback), accepted);
        await first.WriteAsync(Record("core-1.img", ImageRecordKind.Chunk, 0, [1]));
        await using var second = await ConnectAsync(server, authority.Issue("n1", PeerServer.Loopback), accepted);

        await AssertHungUpAsync(second);
        Assert.False(session.Lost.IsCompleted);
    }

    [Fact]
    public async Task Ticket_OfAnotherNode_IsRefusedAndStaysGood()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1", "n3");
        await using var session = await OpenAsync(server);
        var accepted = await session.Accepted.WaitAsync(Limit);
        await using var thief = await ConnectAsync(server, authority.Issue("n3", PeerServer.Loopback), accepted);
        await AssertHungUpAsync(thief);

        await using var owner = await ConnectAsync(server, authority.Issue("n1", PeerServer.Loopback), accepted);
        await owner.WriteAsync(Record("", ImageRecordKind.Manifest, 0, []));
        await session.ImagesStored.WaitAsync(Limit);
    }

    [Fact]
    public async Task Ticket_Guessed_IsRefused()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        var guess = new Accepted { ImagesPort = (uint)server.ImagesPort, ImagesTicket = ByteString.CopyFrom(new byte[ImageRecord.TicketBytes]) };
        await using var stream = await ConnectAsync(server, authority.Issue("n1", PeerServer.Loopback), guess);
        await AssertHungUpAsync(stream);
    }

    [Fact]
    public async Task Connection_OfAnotherCa_IsRefused()
    {
        using var other = new TestAuthority();
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server);
        var accepted = await session.Accepted.WaitAsync(Limit);
        try
        {
            // TLS 1.3 tells a client only at its first read that its certificate is not wanted.
            await using var stream = await ConnectAsync(server, other.Issue("n1", PeerServer.Loopback, trustedCa: authority.CaPath), accepted);
            await AssertHungUpAsync(stream);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Told at once.
        }
        Assert.False(session.ImagesStored.IsCompleted);
    }

    /// <summary>Three times as many as may wait: they had the port for 15 s once, and a move gives up after 5.</summary>
    [Fact]
    public async Task Strangers_MoreThanAllowed_KeepNoMoveOut()
    {
        await using var server = await PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback), "n1");
        await using var session = await OpenAsync(server);
        var accepted = await session.Accepted.WaitAsync(Limit);
        var strangers = new List<TcpClient>();
        for (var each = 0; each < 3 * TransferLimits.UnknownCallers; each++) { strangers.Add(await PeerServer.StrangerAsync(new IPEndPoint(IPAddress.Loopback, (int)accepted.ImagesPort))); }
        using var certificates = PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback));

        await using var stream = await new PeerChannels(certificates).ImagesAsync(server.Endpoint, "n2", session, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("images-");
        using var sender = new ImageSender(folder.FullName, stream);
        await sender.FinishAsync(CancellationToken.None);
        await session.ImagesStored.WaitAsync(Limit);

        foreach (var stranger in strangers) { stranger.Dispose(); }
        folder.Delete(recursive: true);
    }

    private async Task<PeerSession> OpenAsync(PeerServer server)
    {
        var session = PeerSession.Open(new PeerChannels(PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback))).To(server.Endpoint, "n2"));
        await session.SendAsync(new MoveFrame { Hello = new Hello { MigrationUid = "known" } }, CancellationToken.None);
        return session;
    }

    private static async Task<SslStream> ConnectAsync(PeerServer server, AgentOptions own, Accepted accepted)
    {
        using var certificates = PeerCertificates.Load(own);
        var client = new TcpClient();
        await client.ConnectAsync(server.Endpoint.Split(':')[0], (int)accepted.ImagesPort);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(certificates.ForClientOf("n2"));
        await stream.WriteAsync((byte[])[.. ImageRecord.Magic, .. accepted.ImagesTicket.Span]);
        return stream;
    }

    /// <summary>An end, or a reset where bytes were left unread.</summary>
    private static async Task AssertHungUpAsync(SslStream stream)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1], limit.Token));
        }
        catch (IOException)
        {
            // The same.
        }
    }

    private static byte[] Record(string name, ImageRecordKind kind, long offset, byte[] data)
    {
        var head = new byte[ImageRecord.HeadBytes];
        new ImageRecord(data.Length, name.Length, kind, offset).Write(head);
        return [.. head, .. Encoding.ASCII.GetBytes(name), .. data];
    }
}
