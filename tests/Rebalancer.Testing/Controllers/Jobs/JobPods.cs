using System.Globalization;
using System.Text.Json;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.Jobs;

/// <summary>How a Job sees one of its pods.</summary>
internal static class JobPods
{
    /// <summary>On a pod until the Job has counted it.</summary>
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";

    public static bool HasSucceeded(StoredObject pod) => pod.Root.Text("status", "phase") == "Succeeded";

    /// <summary>A pod that is being deleted counts as failed, except for Jobs that replace failed pods only.</summary>
    public static bool HasFailed(StoredObject pod, StoredObject job)
    {
        if (pod.Root.Text("status", "phase") == "Failed")
        {
            return true;
        }

        return job.Root.Text("spec", "podReplacementPolicy") != "Failed" && pod.IsDeleting && !HasSucceeded(pod);
    }

    public static long Restarts(StoredObject pod) => new[] { "initContainerStatuses", "containerStatuses" }
        .SelectMany(list => pod.Root.Items("status", list))
        .Sum(status => status.Number("restartCount") ?? 0);

    /// <summary>When its last container ended; else when it ceased to be ready, when its deletion was asked for, or when it was made.</summary>
    public static DateTimeOffset FinishedAt(StoredObject pod)
    {
        var containers = pod.Root.Items("status", "containerStatuses").Select(s => Instant(s.Text("state", "terminated", "finishedAt"))).ToList();
        if (containers.Count > 0 && containers.All(c => c is not null))
        {
            return containers.Max()!.Value;
        }

        return NotReadySince(pod.Root) ?? DeletionOf(pod.Root) ?? PodConditions.CreatedAt(pod) ?? DateTimeOffset.MinValue;
    }

    private static DateTimeOffset? NotReadySince(JsonElement pod) => pod.Items("status", "conditions")
        .Where(c => c.Text("type") == "Ready" && c.Text("status") == "False")
        .Select(c => Instant(c.Text("lastTransitionTime")))
        .FirstOrDefault();

    private static DateTimeOffset? DeletionOf(JsonElement pod) =>
        Instant(pod.Text("metadata", "deletionTimestamp")) - TimeSpan.FromSeconds(pod.Number("metadata", "deletionGracePeriodSeconds") ?? 0);

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;
}
