using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>How pods of this node get their addresses, as its CNI configuration says.</summary>
/// <param name="folder">Of containerd's network configurations.</param>
internal sealed class NodeAddressing(string folder)
{
    public const string Ours = "rebalancer-ipam";
    private static readonly string[] Endings = [".conf", ".conflist", ".json"];

    /// <summary>The configuration that containerd uses: the first by name. Null: there is none.</summary>
    public static string? FileIn(string folder) => !Directory.Exists(folder) ? null
        : Directory.EnumerateFiles(folder).Where(each => Endings.Contains(Path.GetExtension(each))).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>The plugin of a configuration that gives addresses; null: none does.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static JsonObject? Plugin(JsonNode? config)
        => (config?["plugins"] is JsonArray list ? list.OfType<JsonObject>() : new[] { config }.OfType<JsonObject>()).FirstOrDefault(plugin => plugin["ipam"] is JsonObject);

    /// <summary>Name of the network that containerd uses, "k8s-pod-network"; "": it has none that can be read.</summary>
    public string NetworkName()
    {
        try
        {
            return FileIn(folder) is { } file && JsonNode.Parse(File.ReadAllText(file)) is JsonObject config ? (string?)config["name"] ?? "" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>The network of which rebalancer-ipam gives addresses here; null: somebody else gives them, who is named in <paramref name="others"/>.</summary>
    public IPNetwork? Network(out string others)
    {
        others = "nobody";
        try
        {
            if (FileIn(folder) is not { } file) { return null; }
            var config = JsonNode.Parse(File.ReadAllText(file));
            if (Plugin(config) is not { } plugin)
            {
                // Some give addresses themselves.
                others = (string?)(config?["plugins"] is JsonArray list ? list.FirstOrDefault() : config)?["type"] ?? others;
                return null;
            }
            others = (string?)plugin["ipam"]!["type"] ?? others;
            return others == Ours && IPNetwork.TryParse((string?)plugin["ipam"]!["subnet"] ?? "", out var network) ? network : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            others = $"a configuration that cannot be read ({e.Message})";
            return null;
        }
    }
}
