using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Network;

public sealed class ShieldTableTests : IDisposable
{
    private readonly PodFabric _fabric = new();

    public void Dispose() => _fabric.Dispose();

    [Fact]
    public void Probe_OnThisKernel_FindsNetdevHooks() => Assert.True(ShieldTable.Probe());

    [Fact]
    public void Close_OnAPodsInterface_TakesUnderAMillisecond()
    {
        ShieldTable.Probe();
        var pod = _fabric.AddPod("10.99.0.2");
        using var table = ShieldTable.Of(pod.NetnsPath, "eth0");
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            table.Close();
            var took = Stopwatch.GetElapsedTime(start);
            fastest = took < fastest ? took : fastest;
            Assert.True(table.Remove());
        }

        Assert.True(fastest < TimeSpan.FromMilliseconds(1), $"closing took {fastest.TotalMicroseconds} microseconds");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_Twice_ClosesUntilEachDirectionIsOpened(bool netdevHooks)
    {
        var pod = _fabric.AddPod("10.99.0.2");
        using var table = ShieldTable.Of(pod.NetnsPath, "eth0", netdevHooks);
        Assert.Equal(default, table.Read());

        table.CloseIngress();
        table.CloseIngress();
        Assert.Equal(new ShieldState(true, false), table.Read());

        table.Close();
        table.Close();
        Assert.Equal(new ShieldState(true, true), table.Read());

        Assert.True(table.OpenEgress());
        Assert.False(table.OpenEgress());
        Assert.Equal(new ShieldState(true, false), table.Read());

        Assert.True(table.OpenIngress());
        Assert.Equal(default, table.Read());

        table.Close();
        Assert.Equal(new ShieldState(true, true), table.Read());
        Assert.True(table.Remove());
        Assert.False(table.Remove());
        Assert.Equal(default, table.Read());
        Assert.Equal(netdevHooks, table.UsesNetdevHooks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_OneWay_LetsNothingThrough(bool netdevHooks)
    {
        var pod = _fabric.AddPod("10.99.0.2");
        var peer = _fabric.AddPod("10.99.0.3");
        using var inside = PodFabric.NewSocket(pod, ProtocolType.Udp);
        using var outside = PodFabric.NewSocket(peer, ProtocolType.Udp);
        inside.Bind(new IPEndPoint(IPAddress.Any, 7000));
        outside.Bind(new IPEndPoint(IPAddress.Any, 7000));
        var podEnd = new IPEndPoint(IPAddress.Parse("10.99.0.2"), 7000);
        var peerEnd = new IPEndPoint(IPAddress.Parse("10.99.0.3"), 7000);
        Pass(outside, podEnd, inside, 1);
        Pass(inside, peerEnd, outside, 2);

        using var table = ShieldTable.Of(pod.NetnsPath, "eth0", netdevHooks);
        table.Close();
        outside.SendTo([3], podEnd);
        SendInVain(inside, peerEnd);

        // What was sent while it was closed would have come before what is sent now.
        table.OpenEgress();
        Pass(inside, peerEnd, outside, 5);
        table.OpenIngress();
        Pass(outside, podEnd, inside, 6);
    }

    /// <summary>A container's answer to another of the same pod must not reach a socket that was dumped already, or that is not restored yet.</summary>
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.99.0.2", true)]
    [InlineData("127.0.0.1", false)]
    public void Close_WithinThePod_LetsNothingThroughUntilTheEgressOpens(string address, bool netdevHooks)
    {
        var pod = _fabric.AddPod("10.99.0.2");
        using var one = PodFabric.NewSocket(pod, ProtocolType.Udp);
        using var other = PodFabric.NewSocket(pod, ProtocolType.Udp);
        one.Bind(new IPEndPoint(IPAddress.Any, 7001));
        other.Bind(new IPEndPoint(IPAddress.Any, 7002));
        var end = new IPEndPoint(IPAddress.Parse(address), 7002);
        Pass(one, end, other, 1);
        using var table = ShieldTable.Of(pod.NetnsPath, "eth0", netdevHooks);

        table.CloseIngress();
        if (netdevHooks) { Pass(one, end, other, 2); }
        table.Close();
        SendInVain(one, end);
        Assert.True(table.OpenEgress());
        if (!netdevHooks) { table.OpenIngress(); }

        Pass(one, end, other, 5);
    }

    [Fact]
    public void Close_InAProcessThatDies_StaysUntilAnotherRemovesIt()
    {
        var pod = _fabric.AddPod("10.99.0.2");
        using var table = ShieldTable.Of(pod.NetnsPath, "eth0");
        using (var other = new OtherProcess("close", pod.NetnsPath, "eth0"))
        {
            Assert.Equal("closed", other.FirstLine);
            other.Kill();
        }

        Assert.Equal(new ShieldState(true, true), table.Read());
        Assert.True(ShieldTable.Remove(pod.NetnsPath));
        Assert.Equal(default, table.Read());
    }

    [Fact]
    public void Of_AnInterfaceThatIsMissing_NamesIt()
    {
        var pod = _fabric.AddPod("10.99.0.2");
        var failure = Assert.Throws<LinuxException>(() => ShieldTable.Of(pod.NetnsPath, "eth7"));
        Assert.Equal(Errno.NoDevice, failure.Errno);
        Assert.Contains("eth7", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ANamespaceThatIsGone_NamesThePath()
    {
        var failure = Assert.Throws<LinuxException>(() => ShieldTable.Of("/proc/4194305/ns/net", "eth0"));
        Assert.Equal(Errno.NoEntry, failure.Errno);
        Assert.Contains("/proc/4194305/ns/net", failure.Message, StringComparison.Ordinal);
    }

    private static void Pass(Socket from, EndPoint to, Socket receiver, byte content)
    {
        from.SendTo([content], to);
        var buffer = new byte[1];
        receiver.ReceiveTimeout = 2000;
        Assert.Equal(1, receiver.Receive(buffer));
        Assert.Equal(content, buffer[0]);
    }

    /// <summary>The inet table's drop is an error for the sender, the egress hook's is not.</summary>
    private static void SendInVain(Socket from, EndPoint to)
    {
        try
        {
            from.SendTo([4], to);
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.AccessDenied, e.SocketErrorCode);
        }
    }
}
