using System.Globalization;
using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Patching;

/// <summary>RFC 6901: the way to one place in a document.</summary>
internal sealed class JsonPointer
{
    private readonly string[] _tokens;
    private readonly string _text;

    private JsonPointer(string text, string[] tokens) => (_text, _tokens) = (text, tokens);

    public bool IsRoot => _tokens.Length == 0;

    public string Last => _tokens[^1];

    public static JsonPointer Parse(string text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            throw new JsonPatchException($"path \"{text}\" must begin with '/'");
        }

        var tokens = text.Length == 0 ? [] : text[1..].Split('/');
        return new(text, [.. tokens.Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
    }

    public bool StartsWith(JsonPointer other) => other._tokens.Length <= _tokens.Length && _tokens.AsSpan(0, other._tokens.Length).SequenceEqual(other._tokens);

    /// <summary>The container of the place.</summary>
    public JsonNode Parent(JsonNode document)
    {
        var node = document;
        foreach (var token in _tokens[..^1])
        {
            node = Step(node, token) ?? throw new JsonPatchException($"doc is missing path: \"{_text}\": missing value");
        }

        return node;
    }

    public bool TryRead(JsonNode document, out JsonNode? value)
    {
        value = document;
        foreach (var token in _tokens)
        {
            switch (value)
            {
                case JsonObject o when o.TryGetPropertyValue(token, out var child):
                    value = child;
                    break;
                case JsonArray a when TryIndex(token, out var i) && i < a.Count:
                    value = a[i];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    public static bool TryIndex(string token, out int index) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out index);

    public override string ToString() => _text;

    private static JsonNode? Step(JsonNode node, string token) => node switch
    {
        JsonObject o => o[token],
        JsonArray a when TryIndex(token, out var i) && i < a.Count => a[i],
        _ => null,
    };
}
