using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Rules;

namespace Rebalancer.Testing.Schemas;

/// <summary>An OpenAPI v3 structural schema of a custom resource, as much of it as is enforced.</summary>
internal sealed class StructuralSchema
{
    private bool? _hasRules;

    public string Type { get; init; } = "";
    public bool Nullable { get; init; }
    public bool PreservesUnknownFields { get; init; }
    public bool IsIntOrString { get; init; }
    /// <summary>Whether the value is a whole object with apiVersion, kind and metadata of its own.</summary>
    public bool IsEmbeddedResource { get; init; }
    public JsonNode? Default { get; init; }
    public IReadOnlyDictionary<string, StructuralSchema> Properties { get; init; } = new Dictionary<string, StructuralSchema>();
    /// <summary>Schema of the values of a map.</summary>
    public StructuralSchema? Values { get; init; }
    public StructuralSchema? Items { get; init; }
    public IReadOnlyList<string> Required { get; init; } = [];
    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];
    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];

    /// <summary>Whether this schema or one of its properties' has rules.</summary>
    public bool HasRules => _hasRules ??= Rules.Count > 0 || Properties.Values.Any(p => p.HasRules);

    /// <summary>The schema as written, for limits (minimum, maxLength, pattern, ...) that are read when a value is checked.</summary>
    public JsonObject Source { get; init; } = [];

    public static StructuralSchema Parse(JsonObject source) => new()
    {
        Type = source.Text("type") ?? "",
        Nullable = source.Flag("nullable"),
        PreservesUnknownFields = source.Flag("x-kubernetes-preserve-unknown-fields"),
        IsIntOrString = source.Flag("x-kubernetes-int-or-string"),
        IsEmbeddedResource = source.Flag("x-kubernetes-embedded-resource"),
        Default = source["default"]?.DeepClone(),
        Properties = source["properties"] is JsonObject properties
            ? properties.Where(p => p.Value is JsonObject).ToDictionary(p => p.Key, p => Parse((JsonObject)p.Value!))
            : new Dictionary<string, StructuralSchema>(),
        Values = source["additionalProperties"] is JsonObject values ? Parse(values) : null,
        Items = source["items"] is JsonObject items ? Parse(items) : null,
        Required = source["required"] is JsonArray required ? [.. required.Select(r => r!.GetValue<string>())] : [],
        Enum = source["enum"] is JsonArray values2 ? [.. values2.Select(v => v?.DeepClone())] : [],
        Rules = ValidationRule.Of(source),
        Source = source,
    };
}
