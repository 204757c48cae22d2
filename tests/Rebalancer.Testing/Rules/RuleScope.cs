using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Rules;

/// <summary>What a rule looks at: the value after the write and, of a change, the value before it.</summary>
internal sealed record RuleScope(JsonNode? Self, JsonNode? OldSelf)
{
    /// <summary>The value of "self.a.b" as text, number, truth value, null or a JSON node.</summary>
    /// <exception cref="RuleException">A field on the way is absent.</exception>
    public object? Read(IReadOnlyList<string> path)
    {
        var node = Root(path[0]);
        foreach (var name in path.Skip(1))
        {
            node = node is JsonObject o && o.TryGetPropertyValue(name, out var child) ? child : throw new RuleException($"no such key: {name}");
        }

        return Plain(node);
    }

    /// <summary>has(): whether the last field is there; the fields before it must be.</summary>
    public bool Has(IReadOnlyList<string> path)
    {
        var node = Root(path[0]);
        foreach (var name in path.Skip(1).SkipLast(1))
        {
            node = node is JsonObject o && o.TryGetPropertyValue(name, out var child) ? child : throw new RuleException($"no such key: {name}");
        }

        return node is JsonObject last && last.TryGetPropertyValue(path[^1], out var value) && value is not null;
    }

    private JsonNode? Root(string name) => name switch
    {
        "self" => Self,
        "oldSelf" => OldSelf,
        _ => throw new RuleException($"undeclared reference to '{name}'"),
    };

    private static object? Plain(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => null,
        // Boxed one by one: a common type of these would be JsonNode.
        JsonValueKind.String => (object)node.GetValue<string>(),
        JsonValueKind.True => (object)true,
        JsonValueKind.False => (object)false,
        JsonValueKind.Number => (object)decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => node,
    };
}
