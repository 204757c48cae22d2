using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Network;

/// <summary>The bridge in the lab's root network namespace that joins the nodes.</summary>
internal static class Fabric
{
    // A bridge without an address of its own takes the lowest of its ports', which changes as ports come and go and leaves stale neighbours.
    private const string FabricMac = "02:88:00:00:00:01";

    public static Task CreateAsync(CancellationToken cancel) => IpAsync(
        cancel,
        "link set lo up",
        $"link add {Addresses.Fabric} address {FabricMac} type bridge",
        $"addr add {Addresses.Gateway}/{Addresses.PrefixLength} dev {Addresses.Fabric}",
        $"link set {Addresses.Fabric} up");

    /// <summary>A fabric that was never made is no error here: what kept it from being made is.</summary>
    public static Task RemoveAsync(CancellationToken cancel) => Command.RunAsync(["ip", "link", "del", Addresses.Fabric], cancel);

    /// <summary>Joins a node: a cable from the fabric to the node's bridge br0, which its pods' cables join too.</summary>
    public static async Task JoinAsync(NodeNamespaces node, string name, int index, CancellationToken cancel)
    {
        await IpAsync(
            cancel,
            $"link add {Cable(name)} type veth peer name eth0 netns {node.InitPid}",
            $"link set {Cable(name)} master {Addresses.Fabric} up");
        await Command.CheckedAsync(
            node.EnterNetworkOnly("ip", "-batch", "-"),
            cancel,
            string.Join(
                '\n',
                "link set lo up",
                $"link add br0 address 02:88:00:00:01:{index:x2} type bridge",
                "link set eth0 master br0 up",
                "link set br0 up",
                $"addr add {Addresses.Node(index)}/{Addresses.PrefixLength} dev br0",
                $"route add default via {Addresses.Gateway}",
                ""));
    }

    /// <summary>
    /// Takes the cable out. It does not go with the node's last process: a TCP connection whose other end has died keeps a network namespace for minutes.
    /// </summary>
    public static Task LeaveAsync(string name, CancellationToken cancel) => Command.RunAsync(["ip", "link", "del", Cable(name)], cancel);

    /// <summary>The node's end of the fabric.</summary>
    public static string Cable(string node) => "v" + node;

    private static async Task IpAsync(CancellationToken cancel, params IReadOnlyList<string> lines) =>
        await Command.CheckedAsync(["ip", "-batch", "-"], cancel, string.Join('\n', lines) + "\n");
}
