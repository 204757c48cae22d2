using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Http;

/// <summary>Tells clients what is served: /version, /api, /apis and the resource lists, also in the aggregated form.</summary>
internal sealed class Discovery(ResourceRegistry registry)
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    public static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = "v1.36.0-double",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "",
        ["platform"] = "linux/amd64",
    };

    /// <returns>False when the path is none of discovery's.</returns>
    public async Task<bool> TryHandleAsync(HttpContext context, string[] segments)
    {
        var wantsAggregated = context.Request.Headers.Accept.ToString().Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal);
        switch (segments)
        {
            case ["api"] when wantsAggregated:
                await Answer.JsonAsync(context, AggregatedList([""]), 200, Aggregated);
                return true;
            case ["apis"] when wantsAggregated:
                await Answer.JsonAsync(context, AggregatedList(Groups()), 200, Aggregated);
                return true;
            case ["api"]:
                await Answer.JsonAsync(context, new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() });
                return true;
            case ["apis"]:
                await Answer.JsonAsync(context, new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(Group)]) });
                return true;
            case ["apis", var group]:
                await Answer.JsonAsync(context, Groups().Contains(group) ? Group(group) : throw Failures.UnknownPath());
                return true;
            case ["api", var version]:
                await Answer.JsonAsync(context, ResourceList("", version));
                return true;
            case ["apis", var group, var version]:
                await Answer.JsonAsync(context, ResourceList(group, version));
                return true;
            default:
                return false;
        }
    }

    private string[] Groups() => [.. registry.All.Select(r => r.Group).Where(g => g.Length > 0).Append("authentication.k8s.io").Append("authorization.k8s.io").Distinct()];

    private string[] VersionsOf(string group) => [.. registry.All.Where(r => r.Group == group).Select(r => r.Version).DefaultIfEmpty("v1").Distinct()];

    private JsonObject Group(string group)
    {
        var versions = VersionsOf(group).Select(v => new JsonObject { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToList();
        return new()
        {
            ["kind"] = "APIGroup",
            ["apiVersion"] = "v1",
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    private JsonObject ResourceList(string group, string version)
    {
        if (!registry.HasGroupVersion(group, version) && !(version == "v1" && group is "authentication.k8s.io" or "authorization.k8s.io"))
        {
            throw Failures.UnknownPath();
        }

        var resources = new JsonArray();
        foreach (var resource in registry.All.Where(r => r.Group == group && r.Version == version))
        {
            resources.Add(Entry(resource, resource.Plural, resource.Kind, AllVerbs));
            foreach (var (name, kind, verbs) in SubresourcesOf(resource))
            {
                resources.Add(Entry(resource, $"{resource.Plural}/{name}", kind, verbs));
            }
        }

        foreach (var (name, kind, namespaced) in Reviews.Served.Where(r => r.Group == group).Select(r => (r.Plural, r.Kind, r.Namespaced)))
        {
            resources.Add(new JsonObject { ["name"] = name, ["singularName"] = kind.ToLowerInvariant(), ["namespaced"] = namespaced, ["kind"] = kind, ["verbs"] = new JsonArray("create") });
        }

        return group.Length == 0
            ? new() { ["kind"] = "APIResourceList", ["groupVersion"] = version, ["resources"] = resources }
            : new() { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = $"{group}/{version}", ["resources"] = resources };
    }

    private static JsonObject Entry(ResourceDescriptor resource, string name, string kind, string[] verbs)
    {
        var entry = new JsonObject
        {
            ["name"] = name,
            ["singularName"] = name == resource.Plural ? resource.Singular : "",
            ["namespaced"] = resource.Namespaced,
            ["kind"] = kind,
            ["verbs"] = Texts(verbs),
        };
        if (name == resource.Plural)
        {
            AddNames(entry, resource);
        }
        else if (GroupOf(kind, resource) != resource.Group)
        {
            (entry["group"], entry["version"]) = (GroupOf(kind, resource), "v1");
        }

        return entry;
    }

    private static string GroupOf(string kind, ResourceDescriptor resource) => kind switch { "Eviction" => "policy", "Scale" => "autoscaling", _ => resource.Group };

    private static void AddNames(JsonObject entry, ResourceDescriptor resource)
    {
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = Texts(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            entry["categories"] = Texts(resource.Categories);
        }
    }

    private static IEnumerable<(string Name, string Kind, string[] Verbs)> SubresourcesOf(ResourceDescriptor resource)
    {
        if (resource.HasStatus)
        {
            yield return ("status", resource.Kind, StatusVerbs);
        }

        if (resource.HasScale)
        {
            yield return ("scale", "Scale", StatusVerbs);
        }

        if (resource == Known.Pods)
        {
            yield return ("binding", "Binding", ["create"]);
            yield return ("eviction", "Eviction", ["create"]);
        }
    }

    private JsonObject AggregatedList(string[] groups) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. groups.Select(AggregatedGroup)]),
    };

    private JsonNode AggregatedGroup(string group) => new JsonObject
    {
        ["metadata"] = group.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group },
        ["versions"] = new JsonArray([.. VersionsOf(group).Select(v => (JsonNode)new JsonObject
        {
            ["version"] = v,
            ["freshness"] = "Current",
            ["resources"] = new JsonArray([.. registry.All.Where(r => r.Group == group && r.Version == v).Select(AggregatedResource)]),
        })]),
    };

    private static JsonNode AggregatedResource(ResourceDescriptor resource)
    {
        JsonObject Kind(string kind) => new() { ["group"] = GroupOf(kind, resource), ["version"] = resource.Version, ["kind"] = kind };
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Texts(AllVerbs),
            ["subresources"] = new JsonArray([.. SubresourcesOf(resource).Select(s => (JsonNode)new JsonObject
            {
                ["subresource"] = s.Name,
                ["responseKind"] = Kind(s.Kind),
                ["verbs"] = Texts(s.Verbs),
            })]),
        };
        AddNames(entry, resource);
        return entry;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)JsonValue.Create(t))]);
}
