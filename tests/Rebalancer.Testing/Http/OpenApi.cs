using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Http;

/// <summary>
/// The least of /openapi/v3 with which kubectl validates on the server's side and dry-runs: for every resource a patch operation
/// that names its kind and the parameters fieldValidation and dryRun. Schemas are served for custom resources only.
/// </summary>
internal sealed class OpenApi(ResourceRegistry registry)
{
    private static readonly string[] Parameters = ["dryRun", "fieldManager", "fieldValidation", "force"];

    public Task HandleAsync(HttpContext context, string[] segments) => segments switch
    {
        ["openapi", "v3"] => Answer.JsonAsync(context, Index()),
        ["openapi", "v3", "api", var version] => Answer.JsonAsync(context, Document("", version)),
        ["openapi", "v3", "apis", var group, var version] => Answer.JsonAsync(context, Document(group, version)),
        _ => throw Failures.UnknownPath(),
    };

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in registry.All.Select(r => (r.Group, r.Version)).Distinct())
        {
            var path = Prefix(group, version);
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" };
        }

        return new() { ["paths"] = paths };
    }

    private JsonObject Document(string group, string version)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var resource in registry.All.Where(r => r.Group == group && r.Version == version))
        {
            var scope = resource.Namespaced ? "namespaces/{namespace}/" : "";
            paths[$"/{Prefix(group, version)}/{scope}{resource.Plural}/{{name}}"] = Operations(resource);
            if (resource.Schema is { } schema)
            {
                var copy = (JsonObject)schema.Source.DeepClone();
                copy["x-kubernetes-group-version-kind"] = new JsonArray(Kind(resource));
                schemas[$"{string.Join('.', group.Split('.').Reverse())}.{version}.{resource.Kind}"] = copy;
            }
        }

        if (paths.Count == 0)
        {
            throw Failures.UnknownPath();
        }

        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Rebalancer API server double", ["version"] = "v1.36.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Operations(ResourceDescriptor resource) => new()
    {
        ["patch"] = new JsonObject
        {
            ["x-kubernetes-action"] = "patch",
            ["x-kubernetes-group-version-kind"] = Kind(resource),
            ["parameters"] = new JsonArray([.. Parameters.Select(p => (JsonNode)new JsonObject { ["name"] = p, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } })]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
        },
    };

    private static JsonObject Kind(ResourceDescriptor resource) => new() { ["group"] = resource.Group, ["version"] = resource.Version, ["kind"] = resource.Kind };

    private static string Prefix(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
}
