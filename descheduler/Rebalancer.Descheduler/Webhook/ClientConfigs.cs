using System.Text;
using System.Text.Json.Nodes;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>How the API server reaches the webhooks of one configuration.</summary>
internal static class ClientConfigs
{
    /// <summary>Gives each webhook the certificates to trust and the path to call, and the URL where one is given; a service that the manifests name stays.</summary>
    /// <param name="configuration">Of webhooks.</param>
    /// <param name="url">Without a path; null: the webhooks name their service.</param>
    /// <param name="path">With the caller's key.</param>
    /// <param name="trustPem">Certificates.</param>
    /// <returns>Whether anything changed.</returns>
    public static bool Apply(JsonObject configuration, Uri? url, string path, string trustPem)
    {
        var bundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(trustPem));
        var changed = false;
        foreach (var webhook in configuration["webhooks"]!.AsArray().OfType<JsonObject>())
        {
            var known = webhook["clientConfig"] as JsonObject ?? [];
            JsonObject wanted = url is null ? (JsonObject)known.DeepClone() : new JsonObject { ["url"] = new Uri(url, path).ToString() };
            if (wanted["service"] is JsonObject service) { service["path"] = path; }
            wanted["caBundle"] = bundle;
            if (JsonNode.DeepEquals(known, wanted)) { continue; }
            webhook["clientConfig"] = wanted;
            changed = true;
        }

        return changed;
    }
}
