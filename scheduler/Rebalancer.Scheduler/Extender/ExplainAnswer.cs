using System.Buffers;
using System.Text.Json;
using Rebalancer.Scheduler.Filtering;
using Rebalancer.Scheduler.Scores;

namespace Rebalancer.Scheduler.Extender;

/// <summary>For people: what prioritize and filter would answer to the same body, and why.</summary>
internal static class ExplainAnswer
{
    public static void Write(Question question, Utf8JsonWriter json)
    {
        var scores = NodeScores.Of(question);
        var nodes = question.Args.Nodes;
        json.WriteStartArray();
        for (var i = 0; i < nodes.Length; i++)
        {
            var name = question.Args.Name(nodes[i]);
            json.WriteStartObject();
            json.WriteString("Host", name);
            json.WriteNumber("Score", scores[i]);
            if (NodeFilter.Check(question, name) is { } refusal) { json.WriteString("Refused", refusal.Reason); }
            if (question.Find(name) is { } node) { WriteTerms(question.Scorer.Explain(node), json); }
            else { json.WriteString("Unknown", "the cache has no node of this name"); }
            json.WriteEndObject();
        }

        json.WriteEndArray();
        ArrayPool<int>.Shared.Return(scores);
    }

    private static void WriteTerms(Policy.Scoring.NodeScore score, Utf8JsonWriter json)
    {
        json.WriteNumber("UsdPerHour", score.UsdPerHour);
        json.WriteStartArray("Terms");
        foreach (var term in score.Terms)
        {
            json.WriteStartObject();
            json.WriteString("Name", term.Name);
            json.WriteNumber("UsdPerHour", term.UsdPerHour);
            json.WriteString("Detail", term.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
