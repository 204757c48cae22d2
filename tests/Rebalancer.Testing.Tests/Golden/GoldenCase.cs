using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>A folder with steps.json and, once recorded, recorded.json.</summary>
internal sealed record GoldenCase(string Name, ControllerSet Controllers, IReadOnlyList<JsonObject> Steps, IReadOnlyList<JsonObject> Recorded)
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
            File.Exists(recording) ? [.. Parse(recording)["states"]!.AsArray().OfType<JsonObject>()] : []);
    }

    private static JsonObject Parse(string path) => (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
}
