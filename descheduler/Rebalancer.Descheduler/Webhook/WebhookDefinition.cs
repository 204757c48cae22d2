using System.Text.Json.Nodes;
using k8s;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>A webhook configuration of ours: what the API server is told once we can answer.</summary>
/// <param name="Resource">Mutating or validating webhook configurations.</param>
/// <param name="Name">Of the configuration.</param>
/// <param name="Path">Where its webhooks are answered.</param>
/// <param name="Webhooks">The webhooks, without clientConfig. The manifests hold the same.</param>
internal sealed record WebhookDefinition(ApiResource Resource, string Name, string Path, Func<JsonArray> Webhooks)
{
    /// <param name="resource">As <see cref="Resource"/>.</param>
    /// <param name="name">As <see cref="Name"/>.</param>
    /// <param name="path">As <see cref="Path"/>.</param>
    /// <param name="webhooks">Objects of the client library; what they say of clientConfig does not count.</param>
    public static WebhookDefinition Of(ApiResource resource, string name, string path, Func<object> webhooks) => new(resource, name, path, () =>
    {
        var array = JsonNode.Parse(KubernetesJson.Serialize(webhooks()))!.AsArray();
        foreach (var each in array.OfType<JsonObject>()) { each.Remove("clientConfig"); }
        return array;
    });
}
