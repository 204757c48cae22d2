using System.Net;
using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>What an IPPool says of the addresses in it. Pure.</summary>
/// <param name="Block">The block that an address of it is in.</param>
/// <param name="Encapsulation">"IPIP" or "VXLAN"; "": none.</param>
/// <param name="NodeSelector">"": all nodes.</param>
internal sealed record CalicoPool(string Name, IPNetwork Block, string Encapsulation, string NodeSelector)
{
    private const int UsualBlock = 26;

    /// <returns>Null: the address is of none of them, or of one whose block size makes no sense.</returns>
    public static CalicoPool? Of(IPAddress address, IEnumerable<JsonObject> pools) => pools.Select(each => Read(address, each)).FirstOrDefault(each => each is not null);

    private static CalicoPool? Read(IPAddress address, JsonObject pool)
    {
        var spec = pool["spec"] as JsonObject ?? [];
        if (!IPNetwork.TryParse(CalicoValue.Text(spec["cidr"]), out var cidr) || !cidr.Contains(address)) { return null; }
        var bits = CalicoValue.Whole(spec["blockSize"]) ?? UsualBlock;
        if (bits < cidr.PrefixLength || bits > 32) { return null; }
        var selector = CalicoValue.Text(spec["nodeSelector"]);
        return new CalicoPool(
            CalicoValue.Text(pool["metadata"]?["name"]), BlockOf(address, bits),
            IsOn(spec["ipipMode"]) ? "IPIP" : IsOn(spec["vxlanMode"]) ? "VXLAN" : "", selector == "all()" ? "" : selector);
    }

    private static bool IsOn(JsonNode? mode) => CalicoValue.Text(mode) is "Always" or "CrossSubnet";

    private static IPNetwork BlockOf(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = bits; bit < 32; bit++) { bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8)); }
        return new IPNetwork(new IPAddress(bytes), bits);
    }
}
