using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Selectors;

namespace Rebalancer.Testing.Kinds;

/// <summary>Rules shared by the kinds that make pods from a template.</summary>
internal static class WorkloadRules
{
    public static void Default(JsonObject workload)
    {
        workload.Child("spec").Default("replicas", 1);
        DefaultTemplate(workload);
    }

    public static void DefaultTemplate(JsonObject workload)
    {
        if (workload.At("spec", "template", "spec") is JsonObject spec)
        {
            PodRules.DefaultSpec(spec);
        }

        // A template without annotations is the same as one with none: revisions are told apart by its text.
        if (workload.At("spec", "template", "metadata") is JsonObject metadata && metadata["annotations"] is JsonObject { Count: 0 })
        {
            metadata.Remove("annotations");
        }
    }

    public static void Begin(JsonObject workload) => workload["status"] = new JsonObject { ["replicas"] = 0 };

    public static IEnumerable<FieldError> Check(JsonObject workload)
    {
        if (workload.Number("spec", "replicas") is < 0 and var replicas)
        {
            yield return FieldError.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0");
        }

        var selector = workload.At("spec", "selector");
        if (selector is not JsonObject { Count: > 0 })
        {
            yield return FieldError.Required("spec.selector");
        }
        else
        {
            var labels = workload.At("spec", "template", "metadata", "labels") is JsonObject map
                ? map.ToDictionary(l => l.Key, l => l.Value?.GetValue<string>() ?? "")
                : [];
            if (!LabelSelector.Of(JsonElement.Parse(Serialization.ToBytes(selector))).Matches(labels))
            {
                yield return FieldError.Invalid("spec.template.metadata.labels", JsonSerializer.Serialize(labels), "`selector` does not match template `labels`");
            }
        }

        foreach (var error in PodRules.CheckSpec(workload.Child("spec").Child("template").Child("spec"), "spec.template.spec"))
        {
            yield return error;
        }
    }

    public static IEnumerable<FieldError> CheckUpdate(JsonObject before, JsonObject after)
    {
        if (!JsonNode.DeepEquals(before.At("spec", "selector"), after.At("spec", "selector")))
        {
            yield return FieldError.Invalid("spec.selector", after.At("spec", "selector")?.ToJsonString() ?? "null", "field is immutable");
        }
    }
}
