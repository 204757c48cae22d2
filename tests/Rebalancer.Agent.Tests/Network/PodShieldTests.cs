using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Network;

namespace Rebalancer.Agent.Tests.Network;

public sealed class PodShieldTests : IAsyncDisposable
{
    private const int Port = 7000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly IPEndPoint PodEnd = new(IPAddress.Parse("10.99.0.2"), Port);

    private readonly PodFabric _fabric = new();
    private readonly PodShields _shields;
    private readonly CancellationTokenSource _deadline = new(Limit);

    public PodShieldTests() => _shields = new PodShields(TimeProvider.System, NullLoggerFactory.Instance) { HostNetns = _fabric.Node.NetnsPath };

    public async ValueTask DisposeAsync()
    {
        await _shields.DisposeAsync();
        _fabric.Dispose();
        _deadline.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replay_AfterAFreeze_BringsWhatAClientSentMeanwhileAtOnce(bool netdevHooks)
    {
        using var connection = Connect();
        var place = new ShieldPlace(connection.Pod.NetnsPath, "eth0", _fabric.Node.NetnsPath, netdevHooks);
        await using var shield = new PodShield(place, HoldLimits.Default, TimeProvider.System, NullLogger.Instance);
        shield.Close();
        await connection.Client.SendAsync("+1"u8.ToArray(), _deadline.Token);

        // The first transmission and one repetition: the client is now on its way up the ladder of ever longer waits.
        var held = await Take(shield, 2);
        Assert.Equal(0, connection.Server.Available);
        Assert.Equal(2, UnacknowledgedBytes(connection.Client));

        shield.OpenEgress();
        shield.OpenIngress();
        var start = Stopwatch.GetTimestamp();
        Assert.True(shield.Replay(held) >= 2);
        var buffer = new byte[16];
        Assert.Equal(2, await connection.Server.ReceiveAsync(buffer, _deadline.Token));
        // By itself the client would try again only after another 400 ms.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 300);

        await connection.Server.SendAsync("2"u8.ToArray(), _deadline.Token);
        Assert.Equal(1, await connection.Client.ReceiveAsync(buffer, _deadline.Token));
        Assert.Equal(0, connection.Server.Available);
    }

    [Fact]
    public async Task Replay_OfAConnectionAttempt_AnswersItBeforeItIsRepeated()
    {
        using var connection = Connect();
        var shield = _shields.Get(connection.Pod.NetnsPath, "eth0");
        shield.Close();
        using var second = PodFabric.NewSocket(connection.Peer);
        var connecting = second.ConnectAsync(PodEnd, _deadline.Token);
        var held = await Take(shield, 1);
        Assert.False(connecting.IsCompleted);

        shield.OpenEgress();
        shield.OpenIngress();
        shield.Replay(held);
        await connecting;
        // Whatever the machine is busy with: by itself the client would have tried again, after a second.
        Assert.Equal(0, Retransmissions(second));
    }

    [Fact]
    public async Task Replay_OfABurst_KeepsItsOrderAndLosesNothing()
    {
        const int burst = 5000;
        using var connection = Connect();
        using var receiver = PodFabric.NewSocket(connection.Pod, ProtocolType.Udp);
        receiver.ReceiveBufferSize = 64 * 1024 * 1024;
        SetReceiveBufferForce(receiver);
        receiver.Bind(new IPEndPoint(IPAddress.Any, Port));
        using var sender = PodFabric.NewSocket(connection.Peer, ProtocolType.Udp);
        var shield = _shields.Get(connection.Pod.NetnsPath, "eth0");
        shield.Close();
        for (var i = 0; i < burst; i++)
        {
            sender.SendTo(BitConverter.GetBytes(i), PodEnd);
        }

        // Part of it is read by somebody who passes it on, the rest never: both are replayed, in order.
        var held = await Take(shield, burst / 2);
        shield.OpenEgress();
        shield.OpenIngress();
        shield.Replay(held);
        Assert.Equal(0, shield.Dropped);
        var buffer = new byte[4];
        receiver.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        for (var i = 0; i < burst; i++)
        {
            Assert.Equal(4, receiver.Receive(buffer));
            Assert.Equal(i, BitConverter.ToInt32(buffer));
        }
    }

    [Fact]
    public async Task Replay_InTheMiddleOfABulkTransfer_KeepsEveryByte()
    {
        using var connection = Connect();
        var shield = _shields.Get(connection.Pod.NetnsPath, "eth0");
        var sent = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(async () => await connection.Client.SendAsync(sent, _deadline.Token));
        var received = new byte[sent.Length];
        var count = await connection.Server.ReceiveAsync(received.AsMemory(), _deadline.Token);

        shield.Close();
        var held = await Take(shield, 1);
        shield.OpenEgress();
        shield.OpenIngress();
        shield.Replay(held);
        while (count < sent.Length)
        {
            count += await connection.Server.ReceiveAsync(received.AsMemory(count), _deadline.Token);
        }

        await sending;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Replay_AtTheTarget_GivesTheSourcesFramesThenItsOwn()
    {
        using var connection = Connect();
        using var sender = PodFabric.NewSocket(connection.Peer, ProtocolType.Udp);
        sender.SendTo([0], PodEnd);

        // The target's interface as the bridge plugin has it when it asks for an address: there, but down.
        var target = _fabric.AddPodWithoutAddress();
        var atTarget = _shields.Get(target.NetnsPath, "eth0");
        atTarget.Close();
        var mac = Mac(connection.Pod);
        target.Command($"ip link set eth0 address {mac}");
        target.Command("ip address add 10.99.0.2/24 dev eth0");
        target.Command("ip link set eth0 up");
        using var receiver = PodFabric.NewSocket(target, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Any, Port));
        Assert.DoesNotContain(FdbOf(mac), entry => entry.Contains("veth3", StringComparison.Ordinal) && !entry.Contains("permanent", StringComparison.Ordinal));

        var atSource = _shields.Get(connection.Pod.NetnsPath, "eth0");
        atSource.Close();
        sender.SendTo([1], PodEnd);
        var fromSource = await Take(atSource, 1);
        atTarget.OpenEgress();
        atTarget.Announce();
        sender.SendTo([2], PodEnd);
        Assert.True(await atTarget.Held.WaitToReadAsync(_deadline.Token));
        atTarget.OpenIngress();
        Assert.True(atTarget.Replay(fromSource) >= 2);
        sender.SendTo([3], PodEnd);

        var buffer = new byte[1];
        receiver.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        foreach (var expected in new byte[] { 1, 2, 3 })
        {
            Assert.Equal(1, receiver.Receive(buffer));
            Assert.Equal(expected, buffer[0]);
        }
    }

    [Fact]
    public async Task Get_AfterTheAgentsDeath_FindsTheShieldClosedAndHoldsAgain()
    {
        using var connection = Connect();
        await using (var first = new PodShields(TimeProvider.System, NullLoggerFactory.Instance) { HostNetns = _fabric.Node.NetnsPath })
        {
            first.Get(connection.Pod.NetnsPath, "eth0").Close();
        }

        var shield = _shields.Get(connection.Pod.NetnsPath, "eth0");
        await connection.Client.SendAsync("x"u8.ToArray(), _deadline.Token);
        var held = await Take(shield, 1);
        Assert.Equal(0, connection.Server.Available);
        shield.OpenEgress();
        shield.OpenIngress();
        shield.Replay(held);
        Assert.Equal(1, await connection.Server.ReceiveAsync(new byte[4], _deadline.Token));
    }

    [Fact]
    public async Task Close_AfterAnOpening_HoldsAnew()
    {
        using var connection = Connect();
        using var sender = PodFabric.NewSocket(connection.Peer, ProtocolType.Udp);
        for (byte round = 0; round < 3; round++)
        {
            var shield = _shields.Get(connection.Pod.NetnsPath, "eth0");
            shield.Close();
            sender.SendTo([round], PodEnd);
            Assert.Equal(round, (await Take(shield, 1))[0].Frame.Span[42]);
            shield.OpenEgress();
            shield.OpenIngress();
            // The channel completes only once it is read out: neighbour discovery may have left a frame of its own.
            await foreach (var frame in shield.Held.ReadAllAsync(_deadline.Token)) { Assert.True(frame.Frame.Length > 0); }
        }
    }

    [Fact]
    public async Task Close_BeyondItsLimits_CountsWhatItDrops()
    {
        using var connection = Connect();
        using var sender = PodFabric.NewSocket(connection.Peer, ProtocolType.Udp);
        var place = new ShieldPlace(connection.Pod.NetnsPath, "eth0", _fabric.Node.NetnsPath, NetdevHooks: true);
        await using var shield = new PodShield(place, new HoldLimits { MaxFrames = 3 }, TimeProvider.System, NullLogger.Instance);
        shield.Close();
        for (byte i = 0; i < 5; i++)
        {
            sender.SendTo([i], PodEnd);
        }

        shield.OpenIngress();
        Assert.True(shield.Dropped >= 2);
        Assert.Equal(3, shield.Replay([]));
    }

    [Fact]
    public void Get_ForAnInterfaceWithoutANodeSide_IsRefusedByName()
    {
        using var pod = new HeldNamespace();
        pod.Command("ip link add eth0 type bridge");
        var refusal = Assert.Throws<NetworkUnsupportedException>(() => _shields.Get(pod.NetnsPath, "eth0"));
        Assert.Contains("'eth0' of the pod is of kind 'bridge'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_ForSoLongThatFramesExpire_ReplaysOnlyTheYoung()
    {
        using var connection = Connect();
        using var sender = PodFabric.NewSocket(connection.Peer, ProtocolType.Udp);
        var time = new FakeTimeProvider();
        var place = new ShieldPlace(connection.Pod.NetnsPath, "eth0", _fabric.Node.NetnsPath, NetdevHooks: true);
        await using var shield = new PodShield(place, new HoldLimits { MaxFrames = 50 }, time, NullLogger.Instance);
        shield.Close();
        for (byte i = 0; i < 100; i++)
        {
            sender.SendTo([i], PodEnd);
        }

        await PollAsync(() => shield.Dropped >= 50);
        time.Advance(TimeSpan.FromSeconds(16));
        sender.SendTo([100], PodEnd);
        shield.OpenEgress();
        shield.OpenIngress();
        Assert.InRange(shield.Replay([]), 1, 5);
    }

    [Fact]
    public async Task Announce_IsHeardThreeTimesUnlessTheShieldCloses()
    {
        using var connection = Connect();
        var index = NetNamespace.Run(connection.Peer.NetnsPath, () => NetNamespace.RequireInterface("eth0"));
        using var ear = NetNamespace.Run(connection.Peer.NetnsPath, () => new PacketSocket(index));
        ear.Start();
        connection.Pod.Command("ip -6 address add fd00::2/64 dev eth0 nodad");
        var expected = Mac(connection.Pod);
        var time = new FakeTimeProvider();
        var place = new ShieldPlace(connection.Pod.NetnsPath, "eth0", _fabric.Node.NetnsPath, NetdevHooks: true);
        await using var shield = new PodShield(place, HoldLimits.Default, time, NullLogger.Instance);
        shield.Announce();
        var heard = new HeardAnnouncements(ear, PodEnd.Address, expected);
        await PollAsync(() => heard.Count() == (1, 1));
        time.Advance(TimeSpan.FromMilliseconds(200));
        await PollAsync(() => heard.Count() == (2, 2));
        time.Advance(TimeSpan.FromMilliseconds(800));
        await PollAsync(() => heard.Count() == (3, 3));

        // The address may be elsewhere: nothing more is said of it from here.
        shield.Announce();
        await PollAsync(() => heard.Count() == (4, 4));
        shield.Close();
        shield.OpenEgress();
        shield.OpenIngress();
        time.Advance(TimeSpan.FromSeconds(2));
        shield.Announce();
        await PollAsync(() => heard.Count() == (5, 5));
    }

    [Fact]
    public async Task Announce_NextHopAskedForBehindTheShield_IsAskedForAgainAtOnce()
    {
        var pod = _fabric.AddPod("10.99.0.2");
        _ = _fabric.AddPod("10.99.0.3");
        var place = new ShieldPlace(pod.NetnsPath, "eth0", _fabric.Node.NetnsPath, NetdevHooks: true);
        await using var shield = new PodShield(place, HoldLimits.Default, TimeProvider.System, NullLogger.Instance);
        shield.Close();
        using var socket = PodFabric.NewSocket(pod, ProtocolType.Udp);
        var asked = Stopwatch.GetTimestamp();
        socket.SendTo([1], new IPEndPoint(IPAddress.Parse("10.99.0.3"), Port));
        Assert.Contains("INCOMPLETE", pod.Command("ip neigh show 10.99.0.3"), StringComparison.Ordinal);

        shield.OpenEgress();
        shield.Announce();
        shield.OpenIngress();
        shield.Replay([]);

        await PollAsync(() => pod.Command("ip neigh show 10.99.0.3").Contains("REACHABLE", StringComparison.Ordinal));
        // By itself the kernel asks again after a second.
        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalMilliseconds, 0, 900);
    }

    /// <summary>tcpi_total_retrans of struct tcp_info.</summary>
    private static int Retransmissions(Socket socket)
    {
        const int SolTcp = 6, TcpInfo = 11, TotalRetrans = 100;
        Span<byte> info = stackalloc byte[TotalRetrans + sizeof(int)];
        Assert.Equal(info.Length, socket.GetRawSocketOption(SolTcp, TcpInfo, info));
        return MemoryMarshal.Read<int>(info[TotalRetrans..]);
    }

    private Connection Connect()
    {
        var pod = _fabric.AddPod("10.99.0.2");
        var peer = _fabric.AddPod("10.99.0.3");
        var listener = PodFabric.Listen(pod, Port);
        var client = PodFabric.NewSocket(peer);
        client.Connect(PodEnd);
        return new Connection(pod, peer, listener.Accept(), client, listener);
    }

    private async Task PollAsync(Func<bool> reached)
    {
        while (!reached())
        {
            await Task.Delay(2, _deadline.Token);
        }
    }

    private async Task<List<HeldFrame>> Take(PodShield shield, int count)
    {
        var frames = new List<HeldFrame>();
        while (frames.Count < count)
        {
            var frame = await shield.Held.ReadAsync(_deadline.Token);
            // Neighbours ask for addresses whenever they like.
            if (frame.Frame.Span[12..14].SequenceEqual<byte>([8, 0]))
            {
                frames.Add(frame);
            }
        }

        return frames;
    }

    private static string Mac(HeldNamespace pod) => pod.Command("ip -o link show eth0").Split("link/ether ")[1].Split(' ')[0];

    private string[] FdbOf(string mac) => [.. _fabric.Node.Command("bridge fdb show br cni0").Split('\n').Where(l => l.StartsWith(mac, StringComparison.Ordinal))];

    private static int UnacknowledgedBytes(Socket socket)
    {
        const int siocOutq = 0x5411;
        Assert.Equal(0, ioctl((int)socket.Handle, siocOutq, out var bytes));
        return bytes;
    }

    private static void SetReceiveBufferForce(Socket socket) => socket.SetRawSocketOption(1, 33, BitConverter.GetBytes(64 * 1024 * 1024));

    [DllImport("libc")]
    private static extern int ioctl(int descriptor, nuint request, out int value);

    private sealed record Connection(HeldNamespace Pod, HeldNamespace Peer, Socket Server, Socket Client, Socket Listener) : IDisposable
    {
        public void Dispose()
        {
            Server.Dispose();
            Client.Dispose();
            Listener.Dispose();
        }
    }
}
