using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Simulation.Cluster;

/// <summary>Objects as users and nodes write them.</summary>
internal static class Workloads
{
    public const string Ns = "default";

    public static JsonObject Node(string name) => Parse($$"""
        {
          "metadata": {
            "name": "{{name}}",
            "labels": { "kubernetes.io/hostname": "{{name}}" },
            "annotations": { "{{Names.AgentEndpoint}}": "{{name}}:9551", "{{Names.CostUsdPerHour}}": "0.10" }
          },
          "spec": {}
        }
        """);

    public static JsonObject NodeStatus() => Parse("""
        {
          "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "110" },
          "capacity": { "cpu": "4", "memory": "8Gi", "pods": "110" },
          "conditions": [{ "type": "Ready", "status": "True" }]
        }
        """);

    public static JsonObject RuntimeClass() => Parse($$"""{ "metadata": { "name": "{{Names.RuntimeHandler}}" }, "handler": "{{Names.RuntimeHandler}}" }""");

    public static JsonObject ReplicaSet(string name, int replicas) => Parse($$"""
        {
          "metadata": { "name": "{{name}}" },
          "spec": {
            "replicas": {{replicas}},
            "selector": { "matchLabels": { "app": "{{name}}", "{{Names.PodTemplateHash}}": "abc" } },
            "template": { "metadata": { "labels": { "app": "{{name}}", "{{Names.PodTemplateHash}}": "abc" } }, "spec": {{Spec}} }
          }
        }
        """);

    public static JsonObject StatefulSet(string name, int replicas) => Parse($$"""
        {
          "metadata": { "name": "{{name}}" },
          "spec": {
            "replicas": {{replicas}},
            "serviceName": "{{name}}",
            "selector": { "matchLabels": { "app": "{{name}}" } },
            "template": { "metadata": { "labels": { "app": "{{name}}" } }, "spec": {{Spec}} }
          }
        }
        """);

    public static JsonObject Bare(string name) => Parse($$"""{ "metadata": { "name": "{{name}}", "labels": { "app": "{{name}}" } }, "spec": {{Spec}} }""");

    public static JsonObject Budget(string app, int minAvailable) => Parse($$"""
        { "metadata": { "name": "{{app}}" }, "spec": { "minAvailable": {{minAvailable}}, "selector": { "matchLabels": { "app": "{{app}}" } } } }
        """);

    public static JsonObject Migration(string name, string pod, string? target, string reason) => Parse($$"""
        {
          "apiVersion": "rebalancer.dev/v1alpha1",
          "kind": "Migration",
          "metadata": { "name": "{{name}}", "namespace": "{{Ns}}" },
          "spec": { "podName": "{{pod}}", "reason": "{{reason}}"{{(target is null ? "" : $", \"targetNode\": \"{target}\"")}} }
        }
        """);

    public static JsonObject Eviction(string pod) => Parse($$"""{ "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": "{{pod}}", "namespace": "{{Ns}}" } }""");

    private const string Spec = """{ "containers": [{ "name": "app", "image": "redis:7", "resources": { "requests": { "cpu": "100m", "memory": "128Mi" } } }] }""";

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
