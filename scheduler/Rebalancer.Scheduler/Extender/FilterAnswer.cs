using System.Text.Json;
using Rebalancer.Scheduler.Filtering;

namespace Rebalancer.Scheduler.Extender;

/// <summary>ExtenderFilterResult. The list of those that pass is never null, which would mean that no node fits; it has the form in which nodes were sent.</summary>
internal static class FilterAnswer
{
    public static void Write(Question question, Utf8JsonWriter json)
    {
        var args = question.Args;
        var refused = new List<(NodeSlice Node, Refusal Refusal)>();
        json.WriteStartObject();
        WritePassing(question, json, refused);
        WriteFailed(args, json, "FailedNodes", refused.Where(r => !r.Refusal.IsFinal));
        WriteFailed(args, json, "FailedAndUnresolvableNodes", refused.Where(r => r.Refusal.IsFinal));
        json.WriteString("Error", "");
        json.WriteEndObject();
    }

    private static void WritePassing(Question question, Utf8JsonWriter json, List<(NodeSlice, Refusal)> refused)
    {
        var args = question.Args;
        json.WriteNull(args.WholeNodes ? "NodeNames" : "Nodes");
        if (args.WholeNodes)
        {
            json.WriteStartObject("Nodes");
            json.WriteStartObject("metadata");
            json.WriteEndObject();
        }

        json.WriteStartArray(args.WholeNodes ? "items" : "NodeNames");
        foreach (var node in args.Nodes)
        {
            if (NodeFilter.Check(question, args.Name(node)) is { } refusal) { refused.Add((node, refusal)); }
            else if (args.WholeNodes) { json.WriteRawValue(args.Item(node), skipInputValidation: true); }
            else { json.WriteStringValue(args.Name(node)); }
        }

        json.WriteEndArray();
        if (args.WholeNodes)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteFailed(ExtenderArgs args, Utf8JsonWriter json, string field, IEnumerable<(NodeSlice Node, Refusal Refusal)> refused)
    {
        json.WriteStartObject(field);
        foreach (var (node, refusal) in refused)
        {
            json.WriteString(args.Name(node), refusal.Reason);
        }

        json.WriteEndObject();
    }
}
