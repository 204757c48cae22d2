using System.Text.Json.Nodes;
using k8s;

namespace Rebalancer.Kubernetes.Client;

/// <summary>A JSON patch (RFC 6902) under construction. A <see cref="Test"/> that does not match rejects the whole patch, which makes it a compare-and-set.</summary>
public sealed class JsonPatch
{
    private readonly JsonArray operations = [];

    /// <param name="path">Of a text.</param>
    /// <param name="value">Null: there must be none.</param>
    public JsonPatch Test(string path, string? value) => Append("test", path, JsonValue.Create(value));

    /// <summary>Adds or replaces a member of an object; its parent must exist.</summary>
    public JsonPatch Set(string path, object? value) => Append("add", path, ToNode(value));

    /// <summary>Replaces a member, which must exist.</summary>
    public JsonPatch Replace(string path, object? value) => Append("replace", path, ToNode(value));

    public JsonPatch Remove(string path)
    {
        operations.Add(new JsonObject { ["op"] = "remove", ["path"] = path });
        return this;
    }

    /// <summary>Escapes one segment of a JSON pointer.</summary>
    public static string Escape(string segment) => segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public string ToJson() => operations.ToJsonString();

    private JsonPatch Append(string op, string path, JsonNode? value)
    {
        operations.Add(new JsonObject { ["op"] = op, ["path"] = path, ["value"] = value });
        return this;
    }

    private static JsonNode? ToNode(object? value) => value is null ? null : JsonNode.Parse(KubernetesJson.Serialize(value));
}
