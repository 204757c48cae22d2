using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of the built-in resources, as the real server prints them.</summary>
internal static class BuiltInColumns
{
    private static readonly Dictionary<string, IReadOnlyList<Column>> ByResource = new()
    {
        ["/pods"] = PodColumns.All,
        ["/nodes"] = NodeColumns.All,
        ["/namespaces"] = [CommonColumns.Name, Field("Status", "status", "phase"), CommonColumns.Age],
        ["/services"] = ServiceColumns.Services,
        ["/endpoints"] = ServiceColumns.Endpoints,
        ["/events"] = EventColumns.All,
        ["/configmaps"] = [CommonColumns.Name, Text("Data", o => $"{o.Properties("data").Count() + o.Properties("binaryData").Count()}"), CommonColumns.Age],
        ["/secrets"] = [CommonColumns.Name, Field("Type", "type"), Text("Data", o => $"{o.Properties("data").Count()}"), CommonColumns.Age],
        ["/serviceaccounts"] = CommonColumns.NameAndAge,
        ["/persistentvolumes"] = VolumeColumns.Volumes,
        ["/persistentvolumeclaims"] = VolumeColumns.Claims,
        ["apps/replicasets"] = WorkloadColumns.ReplicaSets,
        ["apps/deployments"] = WorkloadColumns.Deployments,
        ["apps/statefulsets"] = WorkloadColumns.StatefulSets,
        ["apps/daemonsets"] = WorkloadColumns.DaemonSets,
        ["apps/controllerrevisions"] = WorkloadColumns.ControllerRevisions,
        ["batch/jobs"] = WorkloadColumns.Jobs,
        ["policy/poddisruptionbudgets"] =
        [
            CommonColumns.Name,
            Text("Min Available", o => AmountOf(o, "minAvailable")),
            Text("Max Unavailable", o => AmountOf(o, "maxUnavailable")),
            Count("Allowed Disruptions", "status", "disruptionsAllowed"),
            CommonColumns.Age,
        ],
        ["coordination.k8s.io/leases"] = [CommonColumns.Name, Field("Holder", "spec", "holderIdentity"), CommonColumns.Age],
        ["discovery.k8s.io/endpointslices"] = ServiceColumns.Slices,
        ["events.k8s.io/events"] = EventColumns.All,
        ["node.k8s.io/runtimeclasses"] = [CommonColumns.Name, Field("Handler", "handler"), CommonColumns.Age],
        ["scheduling.k8s.io/priorityclasses"] =
        [
            CommonColumns.Name, Count("Value", "value"), Text("Global-Default", o => o.Flag("globalDefault") ? "true" : "false"), CommonColumns.Age,
            Field("PreemptionPolicy", "preemptionPolicy") with { Priority = 1 },
        ],
        ["storage.k8s.io/storageclasses"] = VolumeColumns.Classes,
        ["admissionregistration.k8s.io/mutatingwebhookconfigurations"] = Webhooks(),
        ["admissionregistration.k8s.io/validatingwebhookconfigurations"] = Webhooks(),
        ["apiextensions.k8s.io/customresourcedefinitions"] = [CommonColumns.Name, CommonColumns.CreatedAt],
    };

    public static IReadOnlyList<Column> Of(string group, string plural) => ByResource.GetValueOrDefault($"{group}/{plural}", CommonColumns.NameAndAge);

    /// <summary>A column of computed text.</summary>
    public static Column Text(string name, Func<JsonElement, string> value) => new(name, "string", 0, (o, _) => value(o));

    /// <summary>A column of one text field.</summary>
    public static Column Field(string name, params string[] path) => new(name, "string", 0, (o, _) => o.Text(path) ?? "");

    /// <summary>A column of one number, 0 when absent.</summary>
    public static Column Count(string name, params string[] path) => new(name, "integer", 0, (o, _) => o.Number(path) ?? 0L);

    public static Column Wide(Column column) => column with { Priority = 1 };

    private static Column[] Webhooks() =>
        [CommonColumns.Name, new Column("Webhooks", "integer", 0, (o, _) => (long)o.Items("webhooks").Count()), CommonColumns.Age];

    private static string AmountOf(JsonElement budget, string field) => budget.At("spec", field) is { } amount ? amount.ToString() : "N/A";
}
