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

    /// <summary>Learns the objects of one look. Those of one kind and age are told apart by name alone: to the controllers they are alike.</summary>
    public void Learn(IReadOnlyList<JsonObject> objects)
    {
        foreach (var o in objects)
        {
            foreach (var hash in HashLabels.Select(label => Text(o["metadata"]?["labels"]?[label])).OfType<string>())
            {
                Add(hash, "hash");
            }
        }

        foreach (var o in objects.OrderBy(o => Text(o["metadata"]?["creationTimestamp"]), StringComparer.Ordinal).ThenBy(Name, StringComparer.Ordinal))
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
    }

    /// <summary>The real name behind a stand-in.</summary>
    public string Real(string alias) => _standIns.Where(s => s.Value == alias).Select(s => s.Key).FirstOrDefault(alias);

    /// <summary>A copy with the real names and UIDs of the stand-ins in a step.</summary>
    public JsonNode Resolve(JsonNode step)
    {
        var text = step.ToJsonString();
        foreach (var (real, alias) in _standIns.OrderByDescending(s => s.Value.Length))
        {
            text = text.Replace($"<{alias}>", real, StringComparison.Ordinal);
        }

        return JsonNode.Parse(text)!;
    }

    /// <summary>A copy with stand-ins in keys and values.</summary>
    public JsonNode? Replace(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(Replace(p.Key), Replace(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Replace)]),
        JsonValue v when v.TryGetValue<string>(out var text) => Instant().IsMatch(text) ? "<time>" : Replace(text),
        _ => node?.DeepClone(),
    };

    public string Replace(string text)
    {
        foreach (var (real, alias) in _standIns.OrderByDescending(s => s.Key.Length))
        {
            text = text.Replace(real, alias, StringComparison.Ordinal);
        }

        return text;
    }

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
