using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.Jobs;

/// <summary>How a Job ends. An interim condition says so at once, the final one when its last pod is gone.</summary>
internal sealed record JobEnd(bool IsSuccess, string Reason, string Message)
{
    public static JobEnd Completed { get; } = new(true, "CompletionsReached", "Reached expected number of succeeded pods");

    private static JobEnd TooManyFailures { get; } = new(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");

    private static JobEnd TooLate { get; } = new(false, "DeadlineExceeded", "Job was active longer than specified deadline");

    private string Interim => IsSuccess ? "SuccessCriteriaMet" : "FailureTarget";

    private string Final => IsSuccess ? "Complete" : "Failed";

    public static bool IsFinished(StoredObject job) => ConditionOf(job, "Complete") is not null || ConditionOf(job, "Failed") is not null;

    /// <returns>Null when the Job goes on.</returns>
    public static JobEnd? Of(StoredObject job, JobTally tally, DateTimeOffset now)
    {
        if (ConditionOf(job, "SuccessCriteriaMet") is { } success)
        {
            return new(true, success.Text("reason") ?? "", success.Text("message") ?? "");
        }

        if (ConditionOf(job, "FailureTarget") is { } failure)
        {
            return new(false, failure.Text("reason") ?? "", failure.Text("message") ?? "");
        }

        if (tally.Failed > (job.Root.Number("spec", "backoffLimit") ?? 6) || RestartsTooOften(job, tally))
        {
            return TooManyFailures;
        }

        return TimeLeft(job, now) <= TimeSpan.Zero ? TooLate : null;
    }

    /// <returns>Null when there is no deadline.</returns>
    public static TimeSpan? TimeLeft(StoredObject job, DateTimeOffset now) =>
        job.Root.Number("spec", "activeDeadlineSeconds") is { } deadlineSeconds && job.Root.Text("status", "startTime") is { } start
            ? DateTimeOffset.Parse(start, CultureInfo.InvariantCulture) + TimeSpan.FromSeconds(deadlineSeconds) - now
            : null;

    public void Announce(JsonObject status, DateTimeOffset now) => Add(status, Interim, now);

    public void Conclude(JsonObject status, DateTimeOffset now)
    {
        Add(status, Final, now);
        if (IsSuccess)
        {
            status["completionTime"] = Timestamps.Seconds(now);
        }
    }

    private void Add(JsonObject status, string type, DateTimeOffset now)
    {
        var conditions = status.List("conditions");
        if (conditions.OfType<JsonObject>().Any(c => c.Text("type") == type))
        {
            return;
        }

        var instant = Timestamps.Seconds(now);
        conditions.Add(new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastProbeTime"] = instant,
            ["lastTransitionTime"] = instant,
            ["reason"] = Reason,
            ["message"] = Message,
        });
    }

    /// <summary>Restarts in place count against the limit as long as the pod has not ended.</summary>
    private static bool RestartsTooOften(StoredObject job, JobTally tally)
    {
        if (job.Root.Text("spec", "template", "spec", "restartPolicy") != "OnFailure")
        {
            return false;
        }

        var restarts = tally.Active.Sum(JobPods.Restarts);
        return restarts > 0 && restarts >= (job.Root.Number("spec", "backoffLimit") ?? 6);
    }

    private static JsonElement? ConditionOf(StoredObject job, string type)
    {
        foreach (var condition in job.Root.Items("status", "conditions"))
        {
            if (condition.Text("type") == type && condition.Text("status") == "True")
            {
                return condition;
            }
        }

        return null;
    }
}
