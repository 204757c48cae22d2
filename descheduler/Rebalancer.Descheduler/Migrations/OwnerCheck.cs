using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>What a ReplicaSet must look like for one of its pods to move.</summary>
internal static class OwnerCheck
{
    /// <summary>Before anything is touched.</summary>
    public static Refusal? Ready(OwnerReferenceView owner, V1ReplicaSet? set, ClusterView cluster)
    {
        if (set is null)
        {
            return new Refusal(Reasons.OwnerChanged, $"ReplicaSet {owner.Name} with uid {owner.Uid} is unknown");
        }

        if (Stable(set, cluster) is { } unstable)
        {
            return unstable;
        }

        var wanted = set.Spec?.Replicas ?? 1;
        var have = set.Status?.Replicas ?? 0;
        return wanted == have
            ? null
            : new Refusal(Reasons.OwnerRollingOut, $"ReplicaSet {set.Metadata.Name} wants {wanted} replicas and has {have}");
    }

    /// <summary>While the move is under way. The number of replicas may change then, since the owner makes the replacement.</summary>
    public static Refusal? Changed(OwnerRecord owner, V1ReplicaSet? set, ClusterView cluster)
    {
        if (set is null)
        {
            return new Refusal(Reasons.OwnerChanged, $"ReplicaSet {owner.Name} with uid {owner.Uid} was deleted");
        }

        return Stable(set, cluster) is { } unstable ? unstable with { Reason = Reasons.OwnerChanged } : null;
    }

    private static Refusal? Stable(V1ReplicaSet set, ClusterView cluster)
    {
        if (set.Metadata.DeletionTimestamp is not null)
        {
            return new Refusal(Reasons.OwnerRollingOut, $"ReplicaSet {set.Metadata.Name} is being deleted");
        }

        if (set.Spec?.Replicas is 0)
        {
            return new Refusal(Reasons.OwnerRollingOut, $"ReplicaSet {set.Metadata.Name} is scaled to 0");
        }

        // A Deployment in mid-rollout has two ReplicaSets that want pods.
        var deployment = set.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true);
        var sibling = deployment is null ? null : cluster.ReplicaSets.FirstOrDefault(other =>
            other.Metadata.Uid != set.Metadata.Uid && other.Spec?.Replicas is > 0
            && other.Metadata.OwnerReferences?.Any(r => r.Uid == deployment.Uid) == true);
        return sibling is null
            ? null
            : new Refusal(Reasons.OwnerRollingOut, $"{deployment!.Kind} {deployment.Name} rolls out: ReplicaSets {set.Metadata.Name} and {sibling.Metadata.Name} both want pods");
    }
}

/// <summary>Name and UID of an owner, wherever they were read.</summary>
internal sealed record OwnerReferenceView(string Name, string Uid);
