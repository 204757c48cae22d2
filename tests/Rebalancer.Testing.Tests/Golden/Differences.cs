using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>Says where two documents differ, a line a place.</summary>
internal static class Differences
{
    public static string Between(JsonNode? recorded, JsonNode? actual) => string.Join('\n', Find("", recorded, actual));

    private static IEnumerable<string> Find(string path, JsonNode? recorded, JsonNode? actual)
    {
        if (JsonNode.DeepEquals(recorded, actual))
        {
            return [];
        }

        return (recorded, actual) switch
        {
            (JsonObject r, JsonObject a) => r.Select(p => p.Key).Union(a.Select(p => p.Key)).SelectMany(key => Find($"{path}/{key}", r[key], a[key])),
            (JsonArray r, JsonArray a) when r.Count == a.Count => Enumerable.Range(0, r.Count).SelectMany(i => Find($"{path}/{i}", r[i], a[i])),
            _ => [$"{path}: recorded {Text(recorded)}, here {Text(actual)}"],
        };
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}
