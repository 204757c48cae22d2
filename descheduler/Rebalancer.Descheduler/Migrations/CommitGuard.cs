using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>What ends a move in every phase before the commit.</summary>
internal static class CommitGuard
{
    public static Refusal? Check(Observation o) => Asked(o) ?? Deadline(o) ?? Twin(o) ?? Source(o) ?? OwnerOf(o) ?? Agents(o) ?? Bound(o);

    private static Refusal? Asked(Observation o)
    {
        var meta = o.Migration.Metadata;
        if (meta.DeletionTimestamp is not null)
        {
            return new Refusal(Reasons.UserAborted, "the Migration was deleted before the commit");
        }

        return meta.Annotations?.TryGetValue(Names.Abort, out var abort) == true && abort == "true"
            ? new Refusal(Reasons.UserAborted, $"annotation {Names.Abort}=true")
            : null;
    }

    internal static Refusal? Deadline(Observation o)
        => o.Migration.Spec.Deadline is { } deadline && o.Now >= deadline
            ? new Refusal(Reasons.DeadlineExceeded, $"spec.deadline {deadline:O} passed before the commit")
            : null;

    /// <summary>
    /// Two moves of one pod can have begun where the answer to the first one's beginning was lost, or under two leaders. The one that has taken something goes on,
    /// else the older.
    /// </summary>
    private static Refusal? Twin(Observation o)
    {
        var twin = o.Status.Claim is null ? Twins.Moving(o.Status.PodUID, o.Cluster.OtherMigrations) : null;
        return twin is not null && (twin.Status.Claim is not null || Age(twin).CompareTo(Age(o.Migration)) < 0)
            ? new Refusal(Reasons.AlreadyMoving, $"Migration {twin.Metadata.Name} already moves pod {FullName(o)}")
            : null;
    }

    private static (DateTime? Created, string Name) Age(Migration migration) => (migration.Metadata.CreationTimestamp, migration.Metadata.Name);

    private static Refusal? Source(Observation o)
    {
        if (GatedPods.IsGone(o))
        {
            return null;
        }

        var name = FullName(o);
        if (o.Source is not { } pod)
        {
            return new Refusal(Reasons.PodChanged, $"pod {name} with uid {o.Status.PodUID} is gone");
        }

        if (pod.Metadata.DeletionTimestamp is not null || pod.Status?.Phase != "Running")
        {
            return new Refusal(Reasons.PodChanged, $"pod {name} is {(pod.Metadata.DeletionTimestamp is null ? pod.Status?.Phase : "being deleted")}");
        }

        // A container that restarted in place is not the one that preflight looked at.
        var statuses = (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? []).ToList();
        foreach (var container in o.Status.Source?.Containers ?? [])
        {
            var running = statuses.Find(status => status.Name == container.Name)?.ContainerID;
            if (running is { Length: > 0 } && container.ContainerID is { Length: > 0 } seen && !SameContainer(running, seen))
            {
                return new Refusal(Reasons.PodChanged, $"container {container.Name} of pod {name} restarted: {running}, preflight saw {seen}");
            }
        }

        return null;
    }

    private static string FullName(Observation o) => o.Migration.Metadata.NamespaceProperty + "/" + o.Migration.Spec.PodName;

    private static bool SameContainer(string a, string b) => WithoutScheme(a) == WithoutScheme(b);

    private static string WithoutScheme(string id) => id[(id.LastIndexOf('/') + 1)..];

    private static Refusal? OwnerOf(Observation o)
    {
        return o.Status.Owner is { Kind: not OwnerKinds.None } owner ? OwnerCheck.Changed(owner, o.Owner) : null;
    }

    private static Refusal? Agents(Observation o)
    {
        if (o.Status.Source is { State: SourceState.Refused or SourceState.Thawed } source)
        {
            return new Refusal(source.Reason ?? Reasons.CheckpointFailed, $"pod {FullName(o)} on source node {o.Status.SourceNode}: {source.Message ?? source.State}{Line(source.LogLine)}");
        }

        return o.Status.Target is { State: TargetState.Refused or TargetState.Failed or TargetState.Cleaned } target
            ? new Refusal(target.Reason ?? Reasons.RestoreFailed, $"pod {FullName(o)} on target node {o.Status.TargetNode}: {target.Message ?? target.State}{Line(target.LogLine)}")
            : null;
    }

    private static string Line(string? logLine) => string.IsNullOrEmpty(logLine) ? "" : $" ({logLine})";

    private static Refusal? Bound(Observation o)
    {
        if (o.Status.Claim?.PodUID is not { } uid || o.Phase == Phases.Committed)
        {
            return null;
        }

        if (o.Replacement?.Metadata.Uid != uid || o.Replacement.Metadata.DeletionTimestamp is not null)
        {
            return new Refusal(Reasons.TargetLost, $"the replacement {o.Status.Claim.PodName} was deleted");
        }

        return o.Source is { } source && SameWorkload.Difference(source, o.Replacement) is { } field
            ? new Refusal(Reasons.OwnerChanged, $"the replacement {o.Status.Claim.PodName} has another {field} than the source")
            : null;
    }
}
