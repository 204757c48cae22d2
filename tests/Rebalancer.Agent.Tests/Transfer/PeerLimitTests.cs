using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Transfer;

/// <summary>What the real endpoint takes of messages and connections, from nodes whose certificates are good and from strangers.</summary>
public sealed class PeerLimitTests : IDisposable
{
    /// <summary>As in the other tests of the endpoint: only turns a hang into a failure.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TestAuthority authority = new();

    public void Dispose() => authority.Dispose();

    [Fact]
    public async Task Message_LargerThanTheLimit_IsRefused()
    {
        await using var server = await StartAsync();
        using var channel = ChannelOf("n1", server);

        var e = await Assert.ThrowsAsync<RpcException>(() => ProbeAsync(channel, new string('x', TransferLimits.MessageBytes)));

        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.Equal("n2", (await ProbeAsync(channel, "n2")).Node);
    }

    [Fact]
    public async Task Message_LargerThanTheLimitInAMove_EndsTheMoveOnBothEnds()
    {
        await using var server = await StartAsync();
        await using var session = PeerSession.Open(ChannelOf("n1", server));
        await session.SendAsync(new MoveFrame { Hello = new Hello { MigrationUid = "known" } }, CancellationToken.None);
        await session.Accepted.WaitAsync(Limit);

        // Who is cut off in the middle of it hears that from the write.
        try { await session.SendAsync(new MoveFrame { Packet = new HeldPacket { Frame = ByteString.CopyFrom(new byte[TransferLimits.MessageBytes]) } }, CancellationToken.None); }
        catch (MoveException) { }

        Assert.Equal(Reasons.TransferFailed, (await session.Lost.WaitAsync(Limit)).Reason);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.IsType<RpcException>(await server.Closed.Task.WaitAsync(Limit)).StatusCode);
    }

    /// <summary>gRPC throws something of its own there, which once left the move waiting for a peer that had gone.</summary>
    [Fact]
    public async Task Message_WithAHeadThatIsNone_EndsTheMove()
    {
        await using var server = await StartAsync();
        byte[] hello = new MoveFrame { Hello = new Hello { MigrationUid = "known" } }.ToByteArray();

        await PostAsync(server, [0, 0, 0, 0, (byte)hello.Length, .. hello, 0x63, 0, 0, 0, 0]);

        Assert.IsType<InvalidDataException>(await server.Closed.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task Connections_OfOneNodeBeyondItsNumber_AreRefusedAndAllOthersGoOn()
    {
        await using var server = await StartAsync();
        var channels = new List<GrpcChannel>();
        for (var each = 0; each < TransferLimits.NodeConnections; each++)
        {
            channels.Add(ChannelOf("n1", server));
            await ProbeAsync(channels[^1], "");
        }
        using var oneMore = ChannelOf("n1", server);
        using var another = ChannelOf("n3", server);

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => ProbeAsync(oneMore, ""))).StatusCode);
        Assert.Equal("n2", (await ProbeAsync(channels[0], "")).Node);
        Assert.Equal("n2", (await ProbeAsync(another, "")).Node);

        channels[0].Dispose();
        Assert.Equal("n2", (await UntilTakenAsync(oneMore)).Node);
        foreach (var channel in channels) { channel.Dispose(); }
    }

    [Fact]
    public async Task Strangers_MoreThanAllowed_LoseTheOldestAndKeepNobodyOut()
    {
        await using var server = await StartAsync();
        var strangers = new List<TcpClient>();
        for (var each = 0; each <= TransferLimits.UnknownCallers; each++) { strangers.Add(await PeerServer.StrangerAsync(IPEndPoint.Parse(server.Endpoint))); }

        using var channel = ChannelOf("n1", server);
        Assert.Equal("n2", (await ProbeAsync(channel, "")).Node);
        await AssertHungUpAsync(strangers[0]);
        foreach (var stranger in strangers) { stranger.Dispose(); }
    }

    private Task<PeerServer> StartAsync() => PeerServer.StartAsync(authority.Issue("n2", PeerServer.Loopback) with { Criu = authority.Criu() }, "n1", "n3");

    private GrpcChannel ChannelOf(string node, PeerServer server) => new PeerChannels(PeerCertificates.Load(authority.Issue(node, PeerServer.Loopback))).To(server.Endpoint, "n2");

    private static async Task<ProbeReply> ProbeAsync(GrpcChannel channel, string node) => await new NodeAgent.NodeAgentClient(channel).ProbeAsync(new ProbeRequest { Node = node });

    /// <summary>That a connection has ended is noticed a little later at the other end.</summary>
    private static async Task<ProbeReply> UntilTakenAsync(GrpcChannel channel)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            try
            {
                return await ProbeAsync(channel, "");
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && !limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>A body that no client of gRPC would send.</summary>
    private async Task PostAsync(PeerServer server, byte[] body)
    {
        using var certificates = PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = certificates.ForClientOf("n2") });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{server.Endpoint}/rebalancer.node.v1.NodeAgent/Move")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body) { Headers = { { "content-type", "application/grpc" } } },
        };
        request.Headers.Add("te", "trailers");
        using var response = await client.SendAsync(request).WaitAsync(Limit);
    }

    private static async Task AssertHungUpAsync(TcpClient stranger)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            Assert.Equal(0, await stranger.GetStream().ReadAsync(new byte[1], limit.Token));
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }
}
