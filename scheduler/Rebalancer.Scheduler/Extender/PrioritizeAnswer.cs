using System.Buffers;
using System.Text.Json;
using Rebalancer.Scheduler.Scores;

namespace Rebalancer.Scheduler.Extender;

/// <summary>HostPriorityList: every node of the request with its score, 0 to 10.</summary>
internal static class PrioritizeAnswer
{
    private static readonly JsonEncodedText Host = JsonEncodedText.Encode("Host");
    private static readonly JsonEncodedText Score = JsonEncodedText.Encode("Score");

    public static void Write(Question question, Utf8JsonWriter json)
    {
        var scores = NodeScores.Of(question);
        var nodes = question.Args.Nodes;
        json.WriteStartArray();
        for (var i = 0; i < nodes.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString(Host, question.Args.Name(nodes[i]));
            json.WriteNumber(Score, scores[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        ArrayPool<int>.Shared.Return(scores);
    }
}
