using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Local.TcpRepair;
using Rebalancer.Agent.Network;

namespace Rebalancer.Agent.Tests.Network;

public sealed class NodeNetworkTests : IAsyncDisposable
{
    private readonly PodFabric _fabric = new();
    private readonly PodShields _shields;

    public NodeNetworkTests() => _shields = new PodShields(TimeProvider.System, NullLoggerFactory.Instance) { HostNetns = _fabric.Node.NetnsPath };

    public async ValueTask DisposeAsync()
    {
        await _shields.DisposeAsync();
        _fabric.Dispose();
    }

    [Fact]
    public void Describe_OfAPod_GivesAddressMacAndNodeSide()
    {
        var pod = _fabric.AddPod("10.99.0.2");
        pod.Command("ip link set eth0 address 0a:58:0a:63:00:02");
        var network = PodDescriber.Describe(pod.Pid, _fabric.Node.NetnsPath);
        Assert.Equal(("10.99.0.2/24", "0a:58:0a:63:00:02", "eth0"), (network.AddressCidr, network.Mac, network.IfName));
        Assert.Equal(NetNamespace.Run(_fabric.Node.NetnsPath, () => NetNamespace.RequireInterface("veth1")), network.HostIfIndex);
        Assert.Equal(NetNamespace.Identity(pod.NetnsPath), NetNamespace.Identity(network.NetnsPath));
    }

    [Theory]
    [InlineData("ip address add 10.99.0.9/24 dev eth0", "has 2 IPv4 addresses")]
    [InlineData("ip address flush dev eth0", "has 0 IPv4 addresses")]
    [InlineData("ip link add other up type bridge", "has 2 interfaces that are up")]
    [InlineData("ip link set eth0 down", "has 0 interfaces that are up")]
    public void Describe_OfAPodThatCannotMove_SaysWhatItFound(string command, string expected)
    {
        var pod = _fabric.AddPod("10.99.0.2");
        pod.Command(command);
        var refusal = Assert.Throws<NetworkUnsupportedException>(() => PodDescriber.Describe(pod.Pid, _fabric.Node.NetnsPath));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_OfAPodOfAnotherNode_IsRefused()
    {
        var pod = _fabric.AddPod("10.99.0.2");
        using var elsewhere = new HeldNamespace();
        Assert.Throws<NetworkUnsupportedException>(() => PodDescriber.Describe(pod.Pid, elsewhere.NetnsPath));
        Assert.Throws<NetworkUnsupportedException>(() => PodDescriber.Describe(4194305, _fabric.Node.NetnsPath));
    }

    [Fact]
    public async Task Arrival_BeforeTheInterfaceIsUp_ClosesItAndSetsTheMac()
    {
        var pod = _fabric.AddPodWithoutAddress();
        await new Arrivals(_shields).CloseAsync(pod.NetnsPath, "eth0", "0a:58:0a:63:00:07");
        Assert.Contains("link/ether 0a:58:0a:63:00:07", pod.Command("ip -o link show eth0"), StringComparison.Ordinal);
        using var table = ShieldTable.Of(pod.NetnsPath, "eth0");
        Assert.Equal(new ShieldState(true, true), table.Read());

        // The move finds the same shield by another path, and what has arrived since it was closed.
        pod.Command("ip link set eth0 up");
        var shield = _shields.Get($"/proc/{pod.Pid}/task/{pod.Pid}/ns/net", "eth0");
        Assert.Same(_shields.Get(pod.NetnsPath, "eth0"), shield);
        await new Arrivals(_shields).ForgetAsync(pod.NetnsPath);
        Assert.NotSame(shield, _shields.Get(pod.NetnsPath, "eth0"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0a:58")]
    [InlineData("nonsense")]
    public async Task Arrival_WithoutAMac_IsRefusedAndTouchesNothing(string mac)
    {
        var pod = _fabric.AddPodWithoutAddress();
        var before = pod.Command("ip -o link show eth0");
        var refusal = await Assert.ThrowsAsync<NetworkUnsupportedException>(() => new Arrivals(_shields).CloseAsync(pod.NetnsPath, "eth0", mac));
        Assert.Contains($"'{mac}'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, pod.Command("ip -o link show eth0"));
    }

    [Fact]
    public void Rehearsal_LeavesNothingInTheNodesNetwork()
    {
        var before = NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name).Order(StringComparer.Ordinal).ToList();
        Assert.True(_shields.WarmUp());
        Assert.Equal(before, NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ProcessTree_OfAParent_HasItsChildren()
    {
        using var child = new HeldNamespace();
        Assert.Contains(child.Pid, ProcessTree.Of(Environment.ProcessId));
        Assert.Equal([4194305], ProcessTree.Of(4194305));
    }
}
