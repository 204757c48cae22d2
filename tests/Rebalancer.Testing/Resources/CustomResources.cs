using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Printing;
using Rebalancer.Testing.Rules;
using Rebalancer.Testing.Schemas;

namespace Rebalancer.Testing.Resources;

/// <summary>Turns a CustomResourceDefinition into resources.</summary>
internal static class CustomResources
{
    public static IEnumerable<FieldError> Check(JsonObject definition)
    {
        var spec = definition.Child("spec");
        var expected = $"{spec.Text("names", "plural")}.{spec.Text("group")}";
        if (definition.Text("metadata", "name") != expected)
        {
            yield return FieldError.Invalid("metadata.name", $"\"{definition.Text("metadata", "name")}\"", "must be spec.names.plural+\".\"+spec.group");
        }

        foreach (var field in new[] { "group", "scope" }.Where(f => string.IsNullOrEmpty(spec.Text(f))))
        {
            yield return FieldError.Required($"spec.{field}");
        }

        if (string.IsNullOrEmpty(spec.Text("names", "kind")))
        {
            yield return FieldError.Required("spec.names.kind");
        }

        var versions = spec.Objects("versions").ToList();
        if (versions.Count(v => v.Flag("storage")) != 1)
        {
            yield return FieldError.Invalid("spec.versions", "[...]", "must have exactly one version marked as storage version");
        }

        foreach (var (index, _) in versions.Index().Where(v => v.Item.At("schema", "openAPIV3Schema") is not JsonObject))
        {
            yield return FieldError.Required($"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required");
        }

        foreach (var error in versions.Index().SelectMany(v => v.Item.At("schema", "openAPIV3Schema") is JsonObject schema
            ? RuleCheck.CheckDefaults(StructuralSchema.Parse(schema), $"spec.versions[{v.Index}].schema.openAPIV3Schema") : []))
        {
            yield return error;
        }
    }

    /// <summary>Fills in names and the status of an accepted definition; the double establishes it at once.</summary>
    public static void Establish(JsonObject definition, string now)
    {
        var names = definition.Child("spec").Child("names");
        names.Default("singular", names.Text("kind")?.ToLowerInvariant());
        names.Default("listKind", names.Text("kind") + "List");
        JsonObject Condition(string type, string reason, string message) =>
            new() { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message };
        definition["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
            ["acceptedNames"] = names.Copy(),
            ["storedVersions"] = new JsonArray([.. definition.At("spec").Objects("versions").Where(v => v.Flag("storage")).Select(v => v["name"].Copy())]),
        };
    }

    public static IEnumerable<ResourceDescriptor> Of(JsonElement definition)
    {
        var spec = (JsonObject)JsonNode.Parse(definition.GetProperty("spec").GetRawText())!;
        return spec.Objects("versions").Where(v => v.Flag("served")).Select(version => Of(spec, version));
    }

    private static ResourceDescriptor Of(JsonObject spec, JsonObject version)
    {
        var names = spec.Child("names");
        return new()
        {
            Group = spec.Text("group")!,
            Version = version.Text("name")!,
            Plural = names.Text("plural")!,
            Singular = names.Text("singular") ?? names.Text("kind")!.ToLowerInvariant(),
            Kind = names.Text("kind")!,
            ListKind = names.Text("listKind") ?? "",
            Namespaced = spec.Text("scope") == "Namespaced",
            ShortNames = Texts(names["shortNames"]),
            Categories = Texts(names["categories"]),
            HasStatus = version.At("subresources", "status") is not null,
            HasScale = version.At("subresources", "scale") is not null,
            TracksGeneration = true,
            SelectableFields = [.. version.Objects("selectableFields").Select(f => f.Text("jsonPath")!.TrimStart('.'))],
            Columns = CustomColumns.Of(version),
            Schema = version.At("schema", "openAPIV3Schema") is JsonObject schema ? StructuralSchema.Parse(schema) : null,
            Custom = true,
        };
    }

    private static string[] Texts(JsonNode? list) => list is JsonArray array ? [.. array.Select(n => n!.GetValue<string>())] : [];
}
