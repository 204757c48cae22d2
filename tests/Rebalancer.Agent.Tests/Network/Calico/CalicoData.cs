using System.Globalization;
using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>
/// Objects as Calico writes them. Shapes and values are after its definitions (Crds/), libcalico-go/lib/backend/model/block.go and cni-plugin/pkg/ipamplugin/ipam_plugin.go at
/// 87c15906f20c; no cluster has been asked.
/// </summary>
internal static class CalicoData
{
    public const string Network = "k8s-pod-network";
    public const string Cidr = "10.244.1.0/26";
    public const string BlockName = "10-244-1-0-26";
    public const string Address = "10.244.1.7";
    public const string Source = "k8s-pod-network.5e3b1c0a51";
    public const string Heir = "k8s-pod-network.9d27f4e8aa";

    /// <summary>Of the order of nanoseconds since 1970: more than a double holds.</summary>
    public const ulong Sequence = 1_795_811_234_567_890_123;

    public const string Conflist = """{"name":"k8s-pod-network","cniVersion":"0.3.1","plugins":[{"type":"calico","datastore_type":"kubernetes","mtu":0,"nodename":"b","ipam":{"type":"calico-ipam"},"policy":{"type":"k8s"},"kubernetes":{"kubeconfig":"/etc/cni/net.d/calico-kubeconfig"}},{"type":"portmap","snat":true,"capabilities":{"portMappings":true}}]}""";

    public static JsonObject Pool(string cidr = "10.244.0.0/16", string ipip = "Never", string vxlan = "CrossSubnet", string nodes = "all()", int blockSize = 26) => new()
    {
        ["apiVersion"] = "crd.projectcalico.org/v1", ["kind"] = "IPPool", ["metadata"] = new JsonObject { ["name"] = "default-ipv4-ippool" },
        ["spec"] = new JsonObject
        {
            ["allowedUses"] = new JsonArray("Workload", "Tunnel"), ["blockSize"] = blockSize, ["cidr"] = cidr, ["ipipMode"] = ipip,
            ["natOutgoing"] = true, ["nodeSelector"] = nodes, ["vxlanMode"] = vxlan,
        },
    };

    public static JsonObject Attribute(string handle, string node, string pod, string ns = "default") => new()
    {
        ["handle_id"] = handle,
        ["secondary"] = new JsonObject { ["namespace"] = ns, ["node"] = node, ["pod"] = pod, ["timestamp"] = "2026-11-27 09:12:44.123456789 +0000 UTC" },
    };

    /// <summary>The node's VXLAN device has an address of each node's first block.</summary>
    public static JsonObject Tunnel(string node) => new()
    {
        ["handle_id"] = $"vxlan-tunnel-addr-{node}", ["secondary"] = new JsonObject { ["node"] = node, ["type"] = "vxlanTunnelAddress" },
    };

    public static JsonObject Cooling() => new() { ["releasedAt"] = "2026-11-27T09:30:00Z" };

    /// <param name="affinity">Null: no node's.</param>
    /// <param name="given">Ordinal, and index of its attributes.</param>
    public static JsonObject Block(string? affinity, JsonObject[] attributes, params (int Ordinal, int Attribute)[] given)
    {
        var all = new JsonArray([.. Enumerable.Range(0, 64).Select(each => given.Any(one => one.Ordinal == each) ? (JsonNode)given.First(one => one.Ordinal == each).Attribute : null)]);
        var sequences = new JsonObject();
        foreach (var (ordinal, _) in given) { sequences[ordinal.ToString(CultureInfo.InvariantCulture)] = Sequence - 10 + (ulong)ordinal; }
        var spec = new JsonObject
        {
            ["affinityClaimTime"] = "2026-11-20T08:00:00Z", ["allocations"] = all, ["attributes"] = new JsonArray([.. attributes]), ["cidr"] = Cidr, ["deleted"] = false,
            ["sequenceNumber"] = Sequence, ["sequenceNumberForAllocation"] = sequences, ["strictAffinity"] = false,
            ["unallocated"] = new JsonArray([.. Enumerable.Range(0, 64).Where(each => !given.Any(one => one.Ordinal == each)).Select(each => (JsonNode)each)]),
        };
        if (affinity is not null) { spec["affinity"] = affinity; }
        return new JsonObject { ["apiVersion"] = "crd.projectcalico.org/v1", ["kind"] = "IPAMBlock", ["metadata"] = new JsonObject { ["name"] = BlockName }, ["spec"] = spec };
    }

    public static JsonObject Handle(string handle, int count = 1, string cidr = Cidr) => new()
    {
        ["apiVersion"] = "crd.projectcalico.org/v1", ["kind"] = "IPAMHandle", ["metadata"] = new JsonObject { ["name"] = handle },
        ["spec"] = new JsonObject { ["block"] = new JsonObject { [cidr] = count }, ["deleted"] = false, ["handleID"] = handle },
    };
}
