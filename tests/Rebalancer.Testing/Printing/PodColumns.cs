using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of pods.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<Column> All { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Text("Ready", pod => $"{PodSummary.Of(pod).Ready}/{PodSummary.Of(pod).Containers}"),
        BuiltInColumns.Text("Status", pod => PodSummary.Of(pod).Reason),
        new("Restarts", "string", 0, Restarts),
        CommonColumns.Age,
        BuiltInColumns.Wide(BuiltInColumns.Text("IP", pod => pod.Items("status", "podIPs").Select(i => i.Text("ip")).FirstOrDefault() ?? "<none>")),
        BuiltInColumns.Wide(BuiltInColumns.Text("Node", pod => pod.Text("spec", "nodeName") ?? "<none>")),
        BuiltInColumns.Wide(BuiltInColumns.Text("Nominated Node", pod => pod.Text("status", "nominatedNodeName") ?? "<none>")),
        BuiltInColumns.Wide(BuiltInColumns.Text("Readiness Gates", Gates)),
    ];

    private static string Restarts(JsonElement pod, DateTimeOffset now)
    {
        var summary = PodSummary.Of(pod);
        return summary.Restarts > 0 && summary.LastRestart is { } last ? $"{summary.Restarts} ({Ages.Since(last, now)} ago)" : $"{summary.Restarts}";
    }

    private static string Gates(JsonElement pod)
    {
        var gates = pod.Items("spec", "readinessGates").Select(g => g.Text("conditionType")).ToList();
        var open = gates.Count(g => pod.Items("status", "conditions").Any(c => c.Text("type") == g && c.Text("status") == "True"));
        return gates.Count == 0 ? "<none>" : $"{open}/{gates.Count}";
    }
}
