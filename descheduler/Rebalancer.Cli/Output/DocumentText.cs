using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using YamlDotNet.Serialization;

namespace Rebalancer.Cli.Output;

/// <summary>Documents for programs: the same fields in JSON and YAML, names in camelCase, absent where there is no value.</summary>
internal static class DocumentText
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Json<T>(T document) => JsonSerializer.Serialize(document, Options);

    public static string Yaml<T>(T document) => new SerializerBuilder().WithQuotingNecessaryStrings().Build().Serialize(Plain(JsonSerializer.SerializeToNode(document, Options))!);

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject o => o.ToDictionary(p => p.Key, p => Plain(p.Value)),
        JsonArray a => a.Select(Plain).ToList(),
        JsonValue v => v.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => v.TryGetValue<long>(out var whole) ? whole : v.GetValue<decimal>(),
            _ => v.GetValue<string>(),
        },
        _ => null,
    };
}
