using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>A folder with steps.json and, once recorded, recorded.json.</summary>
internal sealed record GoldenCase(string Name, ControllerSet Controllers, IReadOnlyList<JsonObject> Steps, IReadOnlyList<GoldenState> Recorded)
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static IEnumerable<string> Names => Directory.GetDirectories(Folder).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    /// <summary>A namespace for the case alone.</summary>
    public string Namespace => "golden-" + Name;

    /// <summary>Whether time must pass between steps.</summary>
    public bool Waits => Steps.Any(s => s["do"]!.GetValue<string>() == "wait");

    public static GoldenCase Load(string name, string folder)
    {
        var steps = Parse(Path.Combine(folder, name, "steps.json"));
        var recording = Path.Combine(folder, name, "recorded.json");
        return new(
            name,
            Enum.Parse<ControllerSet>(steps["controllers"]!.GetValue<string>()),
            [.. steps["steps"]!.AsArray().OfType<JsonObject>()],
            File.Exists(recording) ? [.. States(Parse(recording)["states"]!.AsArray().OfType<JsonObject>())] : []);
    }

    /// <summary>A recording names after each step the objects that changed, with null for those that went.</summary>
    private static IEnumerable<GoldenState> States(IEnumerable<JsonObject> changes)
    {
        var objects = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            foreach (var (name, value) in change["changes"]!.AsObject())
            {
                if (value is null)
                {
                    objects.Remove(name);
                }
                else
                {
                    objects[name] = value;
                }
            }

            yield return new(change["after"]!.GetValue<string>(), new JsonObject(objects.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value.DeepClone()))));
        }
    }

    private static JsonObject Parse(string path) => (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
}

/// <summary>All objects of a case after one step.</summary>
internal sealed record GoldenState(string After, JsonObject Objects);
