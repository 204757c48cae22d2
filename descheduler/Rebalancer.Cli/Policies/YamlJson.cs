using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rebalancer.Cli.Policies;

/// <summary>YAML as the JSON that kubectl would send for it.</summary>
internal static partial class YamlJson
{
    private const int MaxDepth = 64;
    private const int MaxValues = 100_000;

    /// <summary>The only document; null where there is none.</summary>
    /// <exception cref="YamlException">It is no YAML, has several documents, or is nested or repeated beyond reason.</exception>
    public static JsonNode? Read(string text)
    {
        var stream = Load(text);
        var left = MaxValues;
        return stream.Documents.Count switch
        {
            0 => null,
            1 => ToJson(stream.Documents[0].RootNode, MaxDepth, ref left),
            var count => throw new YamlException(stream.Documents[1].RootNode.Start, stream.Documents[1].RootNode.End, $"{count} documents"),
        };
    }

    private static YamlStream Load(string text)
    {
        var stream = new YamlStream();
        try
        {
            CheckDepth(text);
            stream.Load(new StringReader(text));
            return stream;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the library's scanner and loader throw where they lose their way.
            throw new YamlException(Mark.Empty, Mark.Empty, e.Message, e);
        }
    }

    /// <summary>Before the text is loaded: the library's loader calls itself for each level, until the stack ends and the process with it.</summary>
    private static void CheckDepth(string text)
    {
        var depth = 0;
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            // The stream and the document are levels too.
            if (depth > MaxDepth + 2) { throw new YamlException(parser.Current.Start, parser.Current.End, $"nested more than {MaxDepth} deep"); }
        }
    }

    private static JsonNode? ToJson(YamlNode node, int depth, ref int left)
    {
        // An anchor inside itself has no end, and anchors that name each other several times grow to any size.
        if (depth == 0) { throw new YamlException(node.Start, node.End, $"nested more than {MaxDepth} deep"); }
        if (--left < 0) { throw new YamlException(node.Start, node.End, $"more than {MaxValues} values"); }
        switch (node)
        {
            case YamlMappingNode map:
                var members = new JsonObject();
                foreach (var (key, value) in map.Children)
                {
                    if (!members.TryAdd(NameOf(key), ToJson(value, depth - 1, ref left))) { throw new YamlException(key.Start, key.End, $"'{NameOf(key)}' stands there twice"); }
                }
                return members;
            case YamlSequenceNode list:
                var items = new JsonArray();
                foreach (var each in list.Children) { items.Add(ToJson(each, depth - 1, ref left)); }
                return items;
            case YamlScalarNode scalar: return ToJson(scalar);
            default: throw new YamlException(node.Start, node.End, "an alias that leads nowhere");
        }
    }

    private static string NameOf(YamlNode key) => key is YamlScalarNode { Value: { } name } ? name : throw new YamlException(key.Start, key.End, "a key that is no text");

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
