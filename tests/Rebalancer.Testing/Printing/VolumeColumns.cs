using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of volumes, their claims and classes.</summary>
internal static class VolumeColumns
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";

    public static IReadOnlyList<Column> Volumes { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Field("Capacity", "spec", "capacity", "storage"),
        BuiltInColumns.Text("Access Modes", o => Modes(o, "spec")),
        BuiltInColumns.Field("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
        BuiltInColumns.Text("Status", Phase),
        BuiltInColumns.Text("Claim", o => o.At("spec", "claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : ""),
        BuiltInColumns.Field("StorageClass", "spec", "storageClassName"),
        BuiltInColumns.Text("VolumeAttributesClass", o => o.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
        BuiltInColumns.Field("Reason", "status", "reason"),
        CommonColumns.Age,
        BuiltInColumns.Wide(BuiltInColumns.Text("VolumeMode", o => o.Text("spec", "volumeMode") ?? "<unset>")),
    ];

    public static IReadOnlyList<Column> Claims { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Text("Status", Phase),
        BuiltInColumns.Field("Volume", "spec", "volumeName"),
        BuiltInColumns.Text("Capacity", o => o.Text("spec", "volumeName") is null ? "" : o.Text("status", "capacity", "storage") ?? ""),
        BuiltInColumns.Text("Access Modes", o => o.Text("spec", "volumeName") is null ? "" : Modes(o, "status")),
        BuiltInColumns.Field("StorageClass", "spec", "storageClassName"),
        BuiltInColumns.Text("VolumeAttributesClass", o => o.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
        CommonColumns.Age,
        BuiltInColumns.Wide(BuiltInColumns.Text("VolumeMode", o => o.Text("spec", "volumeMode") ?? "<unset>")),
    ];

    public static IReadOnlyList<Column> Classes { get; } =
    [
        CommonColumns.Name with { Value = (o, _) => o.Text("metadata", "name") + (o.Text("metadata", "annotations", DefaultClass) == "true" ? " (default)" : "") },
        BuiltInColumns.Field("Provisioner", "provisioner"),
        BuiltInColumns.Text("ReclaimPolicy", o => o.Text("reclaimPolicy") ?? "Delete"),
        BuiltInColumns.Text("VolumeBindingMode", o => o.Text("volumeBindingMode") ?? "Immediate"),
        BuiltInColumns.Text("AllowVolumeExpansion", o => o.Flag("allowVolumeExpansion") ? "true" : "false"),
        CommonColumns.Age,
    ];

    private static string Phase(JsonElement o) => o.Text("metadata", "deletionTimestamp") is not null ? "Terminating" : o.Text("status", "phase") ?? "";

    private static string Modes(JsonElement o, string part) => string.Join(",", o.Items(part, "accessModes").Select(m => m.GetString() switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));
}
