using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>Defaults of Jobs, the selector that the server makes for them, and a refusal of what the controller here does not play.</summary>
internal static class JobRules
{
    public const string ControllerUid = "batch.kubernetes.io/controller-uid";
    public const string JobName = "batch.kubernetes.io/job-name";
    private const string NotPlayed = "not played by this server";

    /// <summary>Fields that change how pods are counted or made.</summary>
    private static readonly string[] FieldsNotPlayed = ["podFailurePolicy", "successPolicy", "backoffLimitPerIndex", "maxFailedIndexes", "managedBy"];

    public static void Default(JsonObject job)
    {
        var spec = job.Child("spec");
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
        spec.Default("manualSelector", false);
        WorkloadRules.DefaultTemplate(job);
        if (job.At("spec", "template", "metadata", "labels") is JsonObject { Count: > 0 } labels && job.At("metadata", "labels") is not JsonObject { Count: > 0 })
        {
            job.Metadata()["labels"] = labels.Copy();
        }
    }

    /// <summary>The UID in the selector makes pods of other Jobs not match, whatever their labels.</summary>
    public static void Begin(JsonObject job)
    {
        job["status"] = new JsonObject();
        var spec = job.Child("spec");
        if (spec.Flag("manualSelector"))
        {
            return;
        }

        var (name, uid) = (job.Text("metadata", "name"), job.Text("metadata", "uid"));
        var labels = spec.Child("template").Child("metadata").Child("labels");
        foreach (var (label, value) in new[] { ("job-name", name), (JobName, name), ("controller-uid", uid), (ControllerUid, uid) })
        {
            labels.Default(label, value);
        }

        spec.Child("selector").Child("matchLabels").Default(ControllerUid, uid);
    }

    public static IEnumerable<FieldError> Check(JsonObject job)
    {
        var spec = job.Child("spec");
        foreach (var field in new[] { "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds" })
        {
            if (spec.Number(field) is < 0 and var number)
            {
                yield return FieldError.Invalid($"spec.{field}", $"{number}", "must be greater than or equal to 0");
            }
        }

        if (spec.Text("template", "spec", "restartPolicy") is not ("OnFailure" or "Never") and var policy)
        {
            yield return FieldError.NotSupported("spec.template.spec.restartPolicy", $"\"{policy}\"", ["\"OnFailure\"", "\"Never\""]);
        }

        foreach (var error in PodRules.CheckSpec(spec.Child("template").Child("spec"), "spec.template.spec").Concat(CheckPlayed(spec)))
        {
            yield return error;
        }
    }

    public static IEnumerable<FieldError> CheckUpdate(JsonObject before, JsonObject after)
    {
        foreach (var field in new[] { "selector", "template", "completionMode", "completions" })
        {
            if (!JsonNode.DeepEquals(before.At("spec", field), after.At("spec", field)))
            {
                yield return FieldError.Invalid($"spec.{field}", after.At("spec", field)?.ToJsonString() ?? "null", "field is immutable");
            }
        }
    }

    private static IEnumerable<FieldError> CheckPlayed(JsonObject spec)
    {
        foreach (var field in FieldsNotPlayed.Where(field => spec[field] is not null))
        {
            yield return FieldError.Forbidden($"spec.{field}", NotPlayed);
        }

        if (spec.Text("completionMode") == "Indexed")
        {
            yield return FieldError.Forbidden("spec.completionMode", $"Indexed is {NotPlayed}");
        }

        if (spec.Flag("suspend"))
        {
            yield return FieldError.Forbidden("spec.suspend", NotPlayed);
        }
    }
}
