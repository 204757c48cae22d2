using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Lab.Network;

namespace Rebalancer.Lab.Nodes;

/// <summary>The CNI network of a node: pods on the node's bridge, on the same subnet as the nodes.</summary>
internal static class CniConfig
{
    public const string Path = "/etc/cni/net.d/10-lab.conflist";

    public static string Text(Ipam ipam, int nodeIndex) => new JsonObject
    {
        ["cniVersion"] = "1.0.0",
        ["name"] = "lab",
        ["plugins"] = new JsonArray(new JsonObject
        {
            ["type"] = "bridge",
            ["bridge"] = "br0",
            ["isGateway"] = false,
            ["ipMasq"] = false,
            ["hairpinMode"] = true,
            ["ipam"] = ipam == Ipam.HostLocal ? HostLocal(nodeIndex) : Rebalancer(),
        }),
    }.ToJsonString(JsonSerializerOptions.Default);

    private static JsonObject HostLocal(int nodeIndex)
    {
        var (start, end) = Addresses.HostLocalRange(nodeIndex);
        var range = new JsonObject { ["subnet"] = Addresses.Subnet, ["rangeStart"] = start, ["rangeEnd"] = end, ["gateway"] = Addresses.Gateway };
        return new JsonObject
        {
            ["type"] = "host-local",
            ["ranges"] = new JsonArray(new JsonArray(range)),
            ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
        };
    }

    private static JsonObject Rebalancer() => new()
    {
        ["type"] = "rebalancer-ipam",
        ["subnet"] = Addresses.Subnet,
        ["rangeStart"] = Addresses.RangeStart,
        ["rangeEnd"] = Addresses.RangeEnd,
        ["gateway"] = Addresses.Gateway,
    };
}
