using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

internal static class ClaimWebhook
{
    public static WebhookDefinition Definition { get; } = new(ApiResource.MutatingWebhooks, "rebalancer-claim", ClaimEndpoint.Path, Webhooks);

    /// <summary>Fails open: a replacement that was not claimed is a normal replica, and the move times out.</summary>
    private static JsonArray Webhooks() => JsonNode.Parse(
        """
        [{
          "name": "claim.rebalancer.dev",
          "admissionReviewVersions": ["v1"],
          "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"], "scope": "Namespaced"}],
          "matchConditions": [{
            "name": "replicas-and-claims",
            "expression": "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(r, r.kind in ['ReplicaSet', 'Job', 'StatefulSet'])) || (has(object.metadata.annotations) && 'rebalancer.dev/claim' in object.metadata.annotations)"
          }],
          "timeoutSeconds": 2,
          "failurePolicy": "Ignore",
          "reinvocationPolicy": "Never",
          "sideEffects": "NoneOnDryRun",
          "matchPolicy": "Equivalent"
        }]
        """)!.AsArray();
}
