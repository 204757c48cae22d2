using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Host;

/// <summary>A CNI network configuration whose bridge gives addresses by host-local, with rebalancer-ipam in its place.</summary>
internal static class CniConflist
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>The range that host-local gives addresses of, to be given out by rebalancer-ipam.</summary>
    /// <param name="nodeAddress">Of this node.</param>
    /// <returns>Why it is better left alone, in <c>Why</c>: it is another kind of network, or pods' addresses mean something on their own node only.</returns>
    public static (PodRange? Range, string Why) Find(string name, string text, IPAddress nodeAddress)
    {
        JsonObject? main;
        try
        {
            main = NodeAddressing.Plugin(Parse(name, text));
        }
        catch (InstallException e)
        {
            return (null, e.Message);
        }

        if (main is null || !IsBridge(main)) { return (null, "it is no bridge whose addresses host-local gives"); }
        var ranges = main["ipam"]!["ranges"] is JsonArray several ? several.OfType<JsonArray>().SelectMany(each => each.OfType<JsonObject>()).ToList() : [main["ipam"]!.AsObject()];
        if (ranges is not [var only] || !IPNetwork.TryParse((string?)only["subnet"], out var network)) { return (null, "it has no range or several"); }
        if (!network.Contains(nodeAddress)) { return (null, $"node {nodeAddress} is not in the pods' network {network}: a pod's address would be routed to its former node"); }
        var (first, last) = AddressRange.Ends(network);
        return (new PodRange(network.ToString(), (string?)only["rangeStart"] ?? first, (string?)only["rangeEnd"] ?? last, (string?)only["gateway"] ?? first), "");
    }

    /// <exception cref="InstallException">Not a network that this can be done to.</exception>
    public static string Rewrite(string name, string text, PodRange range)
    {
        var config = Parse(name, text);
        var main = NodeAddressing.Plugin(config) ?? throw new InstallException($"{name}: no plugin of it gives addresses");
        if (!IsBridge(main))
        {
            throw new InstallException($"{name}: plugin {main["type"]} with ipam {main["ipam"]!["type"]}; only bridge with host-local can be given rebalancer-ipam");
        }

        var ipam = new JsonObject { ["type"] = NodeAddressing.Ours, ["subnet"] = range.Subnet, ["rangeStart"] = range.Start, ["rangeEnd"] = range.End, ["gateway"] = range.Gateway };
        if (main["ipam"]!["routes"] is JsonArray routes) { ipam["routes"] = routes.DeepClone(); }
        main["ipam"] = ipam;
        return config.ToJsonString(Readable) + "\n";
    }

    private static bool IsBridge(JsonObject plugin) => (string?)plugin["type"] == "bridge" && (string?)plugin["ipam"]!["type"] == "host-local";

    private static JsonObject Parse(string name, string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new InstallException($"{name} is no CNI network configuration");
        }
        catch (JsonException e)
        {
            throw new InstallException($"{name} is not JSON: {e.Message}");
        }
    }
}
