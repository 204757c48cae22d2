using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>Defaults of StatefulSets, what of them may change, and a refusal of what the controller here does not play.</summary>
internal static class StatefulSetRules
{
    private static readonly string[] MutableFields =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public static void Default(JsonObject set)
    {
        var spec = set.Child("spec");
        spec.Default("podManagementPolicy", "OrderedReady");
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Child("updateStrategy");
        if (strategy.Text("type") is null)
        {
            strategy["type"] = "RollingUpdate";
            strategy.Default("rollingUpdate", new JsonObject());
        }

        (strategy["rollingUpdate"] as JsonObject)?.Default("partition", 0);
        var retention = spec.Child("persistentVolumeClaimRetentionPolicy");
        retention.Default("whenDeleted", "Retain");
        retention.Default("whenScaled", "Retain");
        WorkloadRules.Default(set);
    }

    public static IEnumerable<FieldError> Check(JsonObject set)
    {
        foreach (var error in WorkloadRules.Check(set))
        {
            yield return error;
        }

        foreach (var (field, supported) in new[] { ("podManagementPolicy", new[] { "OrderedReady", "Parallel" }), ("updateStrategy.type", ["RollingUpdate", "OnDelete"]) })
        {
            if (set.At("spec").Text(field.Split('.')) is { } value && !supported.Contains(value))
            {
                yield return FieldError.NotSupported($"spec.{field}", $"\"{value}\"", supported.Select(s => $"\"{s}\""));
            }
        }

        foreach (var field in new[] { "whenDeleted", "whenScaled" })
        {
            if (set.Text("spec", "persistentVolumeClaimRetentionPolicy", field) == "Delete")
            {
                yield return FieldError.Forbidden($"spec.persistentVolumeClaimRetentionPolicy.{field}", "Delete is not played by this server: claims stay");
            }
        }
    }

    public static IEnumerable<FieldError> CheckUpdate(JsonObject before, JsonObject after)
    {
        if (!JsonNode.DeepEquals(Fixed(before), Fixed(after)))
        {
            yield return FieldError.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }
    }

    private static JsonObject Fixed(JsonObject set)
    {
        var spec = set["spec"] is JsonObject o ? o.Copy() : [];
        foreach (var field in MutableFields)
        {
            spec.Remove(field);
        }

        return spec;
    }
}
