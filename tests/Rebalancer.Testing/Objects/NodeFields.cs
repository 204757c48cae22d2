using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Objects;

/// <summary>Reads and writes fields of an object that is being changed. A field of another type than asked for reads as absent.</summary>
internal static class NodeFields
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (long)number
            : null;

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonObject>() : [];

    /// <summary>The object under a name, made when it is absent.</summary>
    public static JsonObject Child(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
        {
            return child;
        }

        child = [];
        parent[name] = child;
        return child;
    }

    /// <summary>The array under a name, made when it is absent.</summary>
    public static JsonArray List(this JsonObject parent, string name)
    {
        if (parent[name] is JsonArray list)
        {
            return list;
        }

        list = [];
        parent[name] = list;
        return list;
    }

    /// <summary>Sets a field only when it is absent or null: a default.</summary>
    public static void Default(this JsonObject parent, string name, JsonNode? value)
    {
        if (parent[name] is null)
        {
            parent[name] = value;
        }
    }

    public static JsonObject Metadata(this JsonObject o) => o.Child("metadata");

    public static JsonObject Copy(this JsonObject o) => (JsonObject)o.DeepClone();

    public static JsonNode? Copy(this JsonNode? node) => node?.DeepClone();
}
