using System.Globalization;
using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of what makes pods.</summary>
internal static class WorkloadColumns
{
    private static readonly Column Ready = BuiltInColumns.Text("Ready", o => $"{o.Number("status", "readyReplicas") ?? 0}/{o.Number("spec", "replicas") ?? 0}");

    private static readonly Column[] Containers =
    [
        BuiltInColumns.Wide(BuiltInColumns.Text("Containers", o => Join(o, "name"))),
        BuiltInColumns.Wide(BuiltInColumns.Text("Images", o => Join(o, "image"))),
    ];

    private static readonly Column[] Details = [.. Containers, BuiltInColumns.Wide(BuiltInColumns.Text("Selector", SelectorText))];

    public static IReadOnlyList<Column> ReplicaSets { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Count("Desired", "spec", "replicas"),
        BuiltInColumns.Count("Current", "status", "replicas"),
        BuiltInColumns.Count("Ready", "status", "readyReplicas"),
        CommonColumns.Age,
        .. Details,
    ];

    public static IReadOnlyList<Column> Deployments { get; } =
    [
        CommonColumns.Name,
        Ready,
        BuiltInColumns.Text("Up-to-date", o => $"{o.Number("status", "updatedReplicas") ?? 0}"),
        BuiltInColumns.Text("Available", o => $"{o.Number("status", "availableReplicas") ?? 0}"),
        CommonColumns.Age,
        .. Details,
    ];

    public static IReadOnlyList<Column> StatefulSets { get; } = [CommonColumns.Name, Ready, CommonColumns.Age, .. Containers];

    public static IReadOnlyList<Column> DaemonSets { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Count("Desired", "status", "desiredNumberScheduled"),
        BuiltInColumns.Count("Current", "status", "currentNumberScheduled"),
        BuiltInColumns.Count("Ready", "status", "numberReady"),
        BuiltInColumns.Count("Up-to-date", "status", "updatedNumberScheduled"),
        BuiltInColumns.Count("Available", "status", "numberAvailable"),
        BuiltInColumns.Text("Node Selector", o => Pairs(o.At("spec", "template", "spec", "nodeSelector"))),
        CommonColumns.Age,
        .. Details,
    ];

    public static IReadOnlyList<Column> Jobs { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Text("Status", JobStatus),
        BuiltInColumns.Text("Completions", Completions),
        new("Duration", "string", 0, Duration),
        CommonColumns.Age,
        .. Details,
    ];

    public static IReadOnlyList<Column> ControllerRevisions { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Text("Controller", ControllerOf),
        BuiltInColumns.Count("Revision", "revision"),
        CommonColumns.Age,
    ];

    /// <summary>"a=b,c=d", or "&lt;none&gt;".</summary>
    public static string Pairs(JsonElement? map)
    {
        var pairs = map is { } m ? string.Join(",", m.Properties().Select(p => $"{p.Name}={p.Value.GetString()}")) : "";
        return pairs.Length == 0 ? "<none>" : pairs;
    }

    private static string SelectorText(JsonElement o)
    {
        var equal = o.Properties("spec", "selector", "matchLabels").Select(p => $"{p.Name}={p.Value.GetString()}");
        var expressions = o.Items("spec", "selector", "matchExpressions").Select(e => e.Text("operator") switch
        {
            "Exists" => e.Text("key")!,
            "DoesNotExist" => $"!{e.Text("key")}",
            var op => $"{e.Text("key")} {op?.ToLowerInvariant()} ({string.Join(",", e.Items("values").Select(v => v.GetString()))})",
        });
        var text = string.Join(",", equal.Concat(expressions));
        return text.Length == 0 ? "<none>" : text;
    }

    private static string Join(JsonElement o, string field) => string.Join(",", o.Items("spec", "template", "spec", "containers").Select(c => c.Text(field)));

    private static string ControllerOf(JsonElement o)
    {
        foreach (var owner in o.Items("metadata", "ownerReferences").Where(r => r.Flag("controller")))
        {
            return $"{owner.Text("kind")?.ToLowerInvariant()}.{owner.Text("apiVersion")?.Split('/')[0]}/{owner.Text("name")}";
        }

        return "<none>";
    }

    /// <summary>A Job without a number of completions needs one success, whatever its parallelism.</summary>
    private static string Completions(JsonElement job)
    {
        var succeeded = job.Number("status", "succeeded") ?? 0;
        if (job.Number("spec", "completions") is { } completions)
        {
            return $"{succeeded}/{completions}";
        }

        return job.Number("spec", "parallelism") is > 1 and var parallelism ? $"{succeeded}/1 of {parallelism}" : $"{succeeded}/1";
    }

    private static string JobStatus(JsonElement job)
    {
        bool Has(string type) => job.Items("status", "conditions").Any(c => c.Text("type") == type && c.Text("status") == "True");
        return Has("Complete") ? "Complete"
            : Has("Failed") ? "Failed"
            : job.Text("metadata", "deletionTimestamp") is not null ? "Terminating"
            : Has("Suspended") ? "Suspended"
            : "Running";
    }

    private static string Duration(JsonElement job, DateTimeOffset now)
    {
        if (job.Text("status", "startTime") is not { } start)
        {
            return "";
        }

        var end = job.Text("status", "completionTime") is { } completed ? DateTimeOffset.Parse(completed, CultureInfo.InvariantCulture) : now;
        return Ages.Since(start, end);
    }
}
