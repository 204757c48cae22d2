using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of events.</summary>
internal static class EventColumns
{
    public static IReadOnlyList<Column> All { get; } =
    [
        new("Last Seen", "string", 0, LastSeen),
        BuiltInColumns.Field("Type", "type"),
        BuiltInColumns.Field("Reason", "reason"),
        BuiltInColumns.Text("Object", Target),
        BuiltInColumns.Wide(BuiltInColumns.Field("Subobject", "involvedObject", "fieldPath")),
        BuiltInColumns.Wide(BuiltInColumns.Text("Source", Source)),
        BuiltInColumns.Text("Message", o => (o.Text("message") ?? o.Text("note") ?? "").Trim()),
        new("First Seen", "string", 1, FirstSeen),
        BuiltInColumns.Wide(BuiltInColumns.Text("Count", o => $"{o.Number("series", "count") ?? o.Number("count") ?? 1}")),
        BuiltInColumns.Wide(CommonColumns.Name),
    ];

    private static string LastSeen(JsonElement o, DateTimeOffset now) =>
        Ages.Since(o.Text("series", "lastObservedTime") ?? o.Text("lastTimestamp") ?? o.Text("firstTimestamp") ?? o.Text("eventTime"), now);

    private static string FirstSeen(JsonElement o, DateTimeOffset now) => Ages.Since(o.Text("firstTimestamp") ?? o.Text("eventTime"), now);

    private static string Target(JsonElement o)
    {
        var target = o.At("involvedObject") ?? o.At("regarding") ?? default;
        var kind = target.Text("kind")?.ToLowerInvariant();
        return target.Text("name") is { Length: > 0 } name ? $"{kind}/{name}" : kind ?? "";
    }

    private static string Source(JsonElement o)
    {
        var component = o.Text("source", "component") ?? o.Text("reportingComponent") ?? "";
        var host = o.Text("source", "host") ?? o.Text("reportingInstance") ?? "";
        return host.Length == 0 ? component : $"{component}, {host}";
    }
}
