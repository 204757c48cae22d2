using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>Single values of Calico's objects, which another writes: what is not of the type is taken for absent.</summary>
internal static class CalicoValue
{
    public static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static int? Whole(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    /// <summary>0: a block from before they had one.</summary>
    public static ulong Sequence(JsonNode? node) => node is JsonValue value && value.TryGetValue<ulong>(out var number) ? number : 0;

    /// <summary>A flag; some of Calico's kinds have it as a string.</summary>
    public static bool Flag(JsonNode? node) => (node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag) || Text(node) == "true";
}
