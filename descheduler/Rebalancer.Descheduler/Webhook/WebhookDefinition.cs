using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>A webhook configuration of ours: what the API server is told once we can answer.</summary>
/// <param name="Resource">Mutating or validating webhook configurations.</param>
/// <param name="Name">Of the configuration.</param>
/// <param name="Path">Where its webhooks are answered.</param>
/// <param name="Webhooks">The webhooks, without clientConfig. The manifests hold the same.</param>
internal sealed record WebhookDefinition(ApiResource Resource, string Name, string Path, Func<JsonArray> Webhooks);
