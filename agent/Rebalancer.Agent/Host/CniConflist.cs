using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Host;

/// <summary>A CNI network configuration whose bridge gives addresses by host-local, with rebalancer-ipam in its place.</summary>
internal static class CniConflist
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <exception cref="InstallException">Not a network that this can be done to.</exception>
    public static string Rewrite(string name, string text, PodRange range)
    {
        if (Parse(name, text) is not { } config) { throw new InstallException($"{name} is no CNI network configuration"); }
        var plugins = config["plugins"] is JsonArray list ? list.OfType<JsonObject>() : [config];
        var main = plugins.FirstOrDefault(plugin => plugin["ipam"] is JsonObject)
            ?? throw new InstallException($"{name}: no plugin of it gives addresses");
        if ((string?)main["type"] != "bridge" || (string?)main["ipam"]!["type"] != "host-local")
        {
            throw new InstallException($"{name}: plugin {main["type"]} with ipam {main["ipam"]!["type"]}; only bridge with host-local can be given rebalancer-ipam");
        }

        var ipam = new JsonObject { ["type"] = "rebalancer-ipam", ["subnet"] = range.Subnet, ["rangeStart"] = range.Start, ["rangeEnd"] = range.End, ["gateway"] = range.Gateway };
        if (main["ipam"]!["routes"] is JsonArray routes) { ipam["routes"] = routes.DeepClone(); }
        main["ipam"] = ipam;
        return config.ToJsonString(Readable) + "\n";
    }

    private static JsonObject? Parse(string name, string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException e)
        {
            throw new InstallException($"{name} is not JSON: {e.Message}");
        }
    }
}
