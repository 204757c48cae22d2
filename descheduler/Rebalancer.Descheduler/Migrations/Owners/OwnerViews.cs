using System.Collections.Immutable;
using k8s.Models;

namespace Rebalancer.Descheduler.Migrations.Owners;

/// <summary>Reads owners of every kind whose pods can move.</summary>
internal static class OwnerViews
{
    private const string JobController = "kubernetes.io/job-controller";
    private const string Parallel = "Parallel";

    /// <param name="namespaceSets">All ReplicaSets of its namespace: a Deployment in mid-rollout has two that want pods.</param>
    public static OwnerView Of(V1ReplicaSet set, IEnumerable<V1ReplicaSet> namespaceSets)
    {
        var (wanted, have) = (set.Spec?.Replicas ?? 1, set.Status?.Replicas ?? 0);
        return View("ReplicaSet", set.Metadata, set.Spec?.Selector) with
        {
            Unstable = Ending("ReplicaSet", set.Metadata, set.Spec?.Replicas) ?? Rollout(set, namespaceSets),
            Unsettled = wanted == have ? null : $"ReplicaSet {set.Metadata.Name} wants {wanted} replicas and has {have}",
        };
    }

    public static OwnerView Of(V1Job job)
    {
        var name = "Job " + job.Metadata.Name;
        var ended = job.Status?.Conditions?.FirstOrDefault(c => c.Status == "True" && c.Type is "Complete" or "Failed" or "SuccessCriteriaMet" or "FailureTarget");
        var unstable = Ending("Job", job.Metadata, job.Spec?.Parallelism)
            ?? (ended is not null ? $"{name} is over: {ended.Type}" : null)
            ?? (job.Spec?.Suspend == true ? $"{name} is suspended" : null)
            ?? (job.Spec?.ManagedBy is { Length: > 0 } manager && manager != JobController ? $"{name} is managed by {manager}, not by Kubernetes' own controller" : null);
        return View("Job", job.Metadata, job.Spec?.Selector) with { Unstable = unstable };
    }

    public static OwnerView Of(V1StatefulSet set)
    {
        var (name, wanted) = ("StatefulSet " + set.Metadata.Name, set.Spec?.Replicas ?? 1);
        var (have, ready) = (set.Status?.Replicas ?? 0, set.Status?.ReadyReplicas ?? 0);
        var rolls = set.Status?.UpdateRevision is { Length: > 0 } update && set.Status.CurrentRevision is { Length: > 0 } current && update != current
            ? $"{name} rolls out: revisions {current} and {update}" : null;
        // OrderedReady makes no pod as long as one with a lower ordinal is not ready.
        var heldUp = set.Spec?.PodManagementPolicy == Parallel ? have : ready;
        return View("StatefulSet", set.Metadata, set.Spec?.Selector) with
        {
            Unstable = Ending("StatefulSet", set.Metadata, set.Spec?.Replicas) ?? rolls,
            Unsettled = heldUp >= wanted ? null : $"{name} wants {wanted} replicas and has {have}, {ready} of them ready",
            Revision = set.Status?.UpdateRevision,
        };
    }

    private static OwnerView View(string kind, V1ObjectMeta meta, V1LabelSelector? selector)
        => new(kind, meta.Name, meta.Uid, selector?.MatchLabels?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty);

    private static string? Ending(string kind, V1ObjectMeta meta, int? replicas)
    {
        if (meta.DeletionTimestamp is not null)
        {
            return $"{kind} {meta.Name} is being deleted";
        }

        return replicas is 0 ? $"{kind} {meta.Name} is scaled to 0" : null;
    }

    private static string? Rollout(V1ReplicaSet set, IEnumerable<V1ReplicaSet> namespaceSets)
    {
        var deployment = set.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true);
        var sibling = deployment is null ? null : namespaceSets.FirstOrDefault(other =>
            other.Metadata.Uid != set.Metadata.Uid && other.Spec?.Replicas is > 0
            && other.Metadata.OwnerReferences?.Any(r => r.Uid == deployment.Uid) == true);
        return sibling is null
            ? null
            : $"{deployment!.Kind} {deployment.Name} rolls out: ReplicaSets {set.Metadata.Name} and {sibling.Metadata.Name} both want pods";
    }
}
