using System.Text.Json.Nodes;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>How the API server is told to ask before it evicts a pod.</summary>
internal static class EvictionWebhook
{
    public static WebhookDefinition Definition { get; } = new(ApiResource.ValidatingWebhooks, "rebalancer-eviction", EvictionEndpoint.Path, Webhooks);

    /// <summary>Fails open: an eviction that nobody answers is an eviction.</summary>
    private static JsonArray Webhooks() => JsonNode.Parse(
        """
        [{
          "name": "evict.rebalancer.dev",
          "admissionReviewVersions": ["v1"],
          "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods/eviction"], "operations": ["CREATE"], "scope": "Namespaced"}],
          "timeoutSeconds": 5,
          "failurePolicy": "Ignore",
          "sideEffects": "NoneOnDryRun",
          "matchPolicy": "Equivalent"
        }]
        """)!.AsArray();
}
