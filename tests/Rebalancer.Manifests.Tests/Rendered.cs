using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Manifests.Tests;

/// <summary>What `kubectl kustomize` makes of a folder of manifests/.</summary>
internal sealed class Rendered
{
    private Rendered(IReadOnlyList<JsonObject> objects) => Objects = objects;

    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>With the pods that they make: Deployments and DaemonSets.</summary>
    public IReadOnlyList<JsonObject> Workloads => [.. Objects.Where(each => each["spec"]?["template"]?["spec"]?["containers"] is not null)];

    public static async Task<Rendered> OfAsync(string folder) =>
        new([.. YamlDocuments.Parse(await Kubectl.RunAsync("", "kustomize", $"manifests/{folder}")).OfType<JsonObject>()]);

    public IEnumerable<JsonObject> Of(string kind) => Objects.Where(each => (string?)each["kind"] == kind);

    public bool Has(string kind, string? name, string? ns = null) => Of(kind).Any(each => (string?)each["metadata"]!["name"] == name && (ns is null || (string?)each["metadata"]!["namespace"] == ns));

    /// <summary>Workloads whose pods a selector takes.</summary>
    public IEnumerable<JsonObject> Selected(JsonNode selector, string? ns) => Workloads.Where(each => (string?)each["metadata"]!["namespace"] == ns
        && selector.AsObject().All(label => (string?)each["spec"]!["template"]!["metadata"]!["labels"]![label.Key] == (string?)label.Value));

    public static IEnumerable<JsonNode> Containers(JsonObject workload)
    {
        var pod = workload["spec"]!["template"]!["spec"]!;
        return (pod["initContainers"]?.AsArray() ?? []).Concat(pod["containers"]!.AsArray()).OfType<JsonNode>();
    }

    public static string NameOf(JsonObject each) => $"{each["kind"]} {each["metadata"]!["name"]}";
}
