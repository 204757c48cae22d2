using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rebalancer.Cli.Policies;

/// <summary>YAML as the JSON that kubectl would send for it.</summary>
internal static partial class YamlJson
{
    private const int MaxDepth = 64;

    /// <summary>The only document; null where there is none.</summary>
    /// <exception cref="YamlException">It is no YAML, has several documents, or is nested beyond reason.</exception>
    public static JsonNode? Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count switch
        {
            0 => null,
            1 => ToJson(stream.Documents[0].RootNode, MaxDepth),
            var count => throw new YamlException(stream.Documents[1].RootNode.Start, stream.Documents[1].RootNode.End, $"{count} documents"),
        };
    }

    private static JsonNode? ToJson(YamlNode node, int depth) => node switch
    {
        // An anchor inside itself has no end.
        _ when depth == 0 => throw new YamlException(node.Start, node.End, $"nested more than {MaxDepth} deep"),
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(c.Key.ToString(), ToJson(c.Value, depth - 1)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(c => ToJson(c, depth - 1))]),
        YamlScalarNode scalar => ToJson(scalar),
        _ => throw new YamlException(node.Start, node.End, "an alias that leads nowhere"),
    };

    private static JsonNode? ToJson(YamlScalarNode scalar) => (scalar.Style, scalar.Value ?? "") switch
    {
        (not ScalarStyle.Plain, var text) => JsonValue.Create(text),
        (_, "" or "~" or "null" or "Null" or "NULL") => null,
        (_, "true" or "True" or "TRUE") => JsonValue.Create(true),
        (_, "false" or "False" or "FALSE") => JsonValue.Create(false),
        (_, var text) when Number().IsMatch(text) => JsonNode.Parse(text),
        (_, var text) => JsonValue.Create(text),
    };

    /// <summary>Numbers that JSON writes the same way; others, such as .nan, stay text and are refused as such.</summary>
    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
