using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of nodes.</summary>
internal static class NodeColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static IReadOnlyList<Column> All { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Text("Status", Status),
        BuiltInColumns.Text("Roles", Roles),
        CommonColumns.Age,
        BuiltInColumns.Field("Version", "status", "nodeInfo", "kubeletVersion"),
        BuiltInColumns.Wide(BuiltInColumns.Text("Internal-IP", o => Address(o, "InternalIP"))),
        BuiltInColumns.Wide(BuiltInColumns.Text("External-IP", o => Address(o, "ExternalIP"))),
        BuiltInColumns.Wide(BuiltInColumns.Text("OS-Image", o => Known(o, "osImage"))),
        BuiltInColumns.Wide(BuiltInColumns.Text("Kernel-Version", o => Known(o, "kernelVersion")
            + (o.Text("status", "nodeInfo", "architecture") is { Length: > 0 } architecture ? $" ({architecture})" : ""))),
        BuiltInColumns.Wide(BuiltInColumns.Text("Container-Runtime", o => Known(o, "containerRuntimeVersion"))),
    ];

    private static string Status(JsonElement node)
    {
        var ready = node.Items("status", "conditions").Where(c => c.Text("type") == "Ready").Select(c => c.Text("status") == "True" ? "Ready" : "NotReady").FirstOrDefault();
        return (ready ?? "Unknown") + (node.Flag("spec", "unschedulable") ? ",SchedulingDisabled" : "");
    }

    private static string Roles(JsonElement node)
    {
        var roles = node.Properties("metadata", "labels").Select(l => l.Name)
            .Where(l => l.StartsWith(RolePrefix, StringComparison.Ordinal) && l.Length > RolePrefix.Length)
            .Select(l => l[RolePrefix.Length..]).Order(StringComparer.Ordinal);
        var text = string.Join(",", roles);
        return text.Length == 0 ? "<none>" : text;
    }

    private static string Address(JsonElement node, string type) =>
        node.Items("status", "addresses").Where(a => a.Text("type") == type).Select(a => a.Text("address")).FirstOrDefault() ?? "<none>";

    private static string Known(JsonElement node, string field) => node.Text("status", "nodeInfo", field) is { Length: > 0 } value ? value : "<unknown>";
}
