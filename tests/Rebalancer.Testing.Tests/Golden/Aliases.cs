using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>Stable stand-ins for generated names, hashes and UIDs, numbered in the order in which they were first seen, and for instants.</summary>
internal sealed partial class Aliases
{
    private static readonly string[] HashLabels = ["pod-template-hash", "controller.kubernetes.io/hash"];
    private const int GeneratedLetters = 5;
    private readonly Dictionary<string, string> _standIns = [];
    private readonly Dictionary<string, int> _counts = [];

    public Aliases()
    {
    }

    private Aliases(Aliases other)
    {
        _standIns = new(other._standIns);
        _counts = new(other._counts);
    }

    /// <summary>For a look that may have to be forgotten.</summary>
    public Aliases Copy() => new(this);

    /// <summary>Learns the objects of one look, by name: how many seconds apart they were made depends on the machine.</summary>
    public void Learn(IReadOnlyList<JsonObject> objects)
    {
        foreach (var o in objects)
        {
            foreach (var hash in HashLabels.Select(label => Text(o["metadata"]?["labels"]?[label])).OfType<string>())
            {
                Add(hash, "hash");
            }
        }

        foreach (var o in objects.OrderBy(Name, StringComparer.Ordinal))
        {
            // The pods of a StatefulSet have a prefix too, and yet a name that is theirs.
            if (Text(o["metadata"]?["generateName"]) is { } prefix && Name(o) is { } name && name.Length == prefix.Length + GeneratedLetters)
            {
                Add(name, Replace(prefix) + "#");
            }

            if (Text(o["metadata"]?["uid"]) is { } uid)
            {
                Add(uid, "uid ");
            }
        }

        // Services are not recorded, and yet they own what is.
        foreach (var owner in objects.SelectMany(o => o["metadata"]?["ownerReferences"]?.AsArray() ?? []))
        {
            Add(owner!["uid"]!.GetValue<string>(), "owner ");
        }
    }

    /// <summary>The real name behind a stand-in.</summary>
    public string Real(string alias) => _standIns.Where(s => s.Value == alias).Select(s => s.Key).FirstOrDefault(alias);

    /// <summary>A copy of a step's body with what is behind its stand-ins: "&lt;uid 1&gt;".</summary>
    public JsonNode Resolve(JsonNode body) => Map(body, text => text.StartsWith('<') && text.EndsWith('>') ? Real(text[1..^1]) : text)!;

    /// <summary>A copy with stand-ins in keys and values.</summary>
    public JsonNode? Replace(JsonNode? node) => Map(node, text => Instant().IsMatch(text) ? "<time>" : Replace(text));

    public string Replace(string text)
    {
        foreach (var (real, alias) in _standIns.OrderByDescending(s => s.Key.Length))
        {
            text = text.Replace(real, alias, StringComparison.Ordinal);
        }

        return text;
    }

    private static JsonNode? Map(JsonNode? node, Func<string, string> map) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(map(p.Key), Map(p.Value, map))).OrderBy(p => p.Key, StringComparer.Ordinal)),
        JsonArray a => new JsonArray([.. a.Select(item => Map(item, map))]),
        JsonValue v when v.TryGetValue<string>(out var text) => map(text),
        _ => node?.DeepClone(),
    };

    private void Add(string real, string stem)
    {
        if (!_standIns.ContainsKey(real))
        {
            _counts[stem] = _counts.GetValueOrDefault(stem) + 1;
            _standIns[real] = $"{stem}{_counts[stem]}";
        }
    }

    private static string? Name(JsonObject o) => Text(o["metadata"]?["name"]);

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    [GeneratedRegex("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$")]
    private static partial Regex Instant();
}
