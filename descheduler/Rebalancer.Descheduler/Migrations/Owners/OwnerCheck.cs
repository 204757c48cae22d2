using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations.Owners;

/// <summary>What an owner must look like for one of its pods to move.</summary>
internal static class OwnerCheck
{
    private const string RevisionLabel = "controller-revision-hash";

    /// <summary>Before anything is touched.</summary>
    public static Refusal? Ready(V1OwnerReference reference, OwnerView? owner, V1Pod pod)
    {
        if (owner is null)
        {
            return new Refusal(Reasons.OwnerChanged, $"{reference.Kind} {reference.Name} with uid {reference.Uid} is unknown");
        }

        return (owner.Unstable ?? owner.Unsettled ?? OldRevision(owner, pod)) is { } why ? new Refusal(Reasons.OwnerRollingOut, why) : null;
    }

    /// <summary>While the move is under way. The number of replicas may change then, since the owner makes the replacement.</summary>
    public static Refusal? Changed(OwnerRecord record, OwnerView? owner)
    {
        var why = owner is null ? $"{record.Kind} {record.Name} with uid {record.Uid} was deleted" : owner.Unstable;
        return why is null ? null : new Refusal(Reasons.OwnerChanged, why);
    }

    /// <summary>The owner would make another pod than this one in its place.</summary>
    private static string? OldRevision(OwnerView owner, V1Pod pod)
        => owner.Revision is { Length: > 0 } revision && pod.Metadata.Labels?.TryGetValue(RevisionLabel, out var has) == true && has != revision
            ? $"pod {pod.Metadata.Name} has revision {has}, {owner.FullName} makes pods of revision {revision}"
            : null;
}
