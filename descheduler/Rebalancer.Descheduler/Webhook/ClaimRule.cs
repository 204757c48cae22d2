using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>Whether a Migration waits for the pod that its owner is about to create. Pure.</summary>
internal static class ClaimRule
{
    /// <summary>By a copy of the Migration that may be behind.</summary>
    public static bool MayWait(Migration m, V1Pod pod, string ownerUid)
    {
        var status = m.Status;
        if (Phases.IsFinal(status.Phase) || status.Claim?.PodUID is not null || (status.Owner is not null && status.Owner.Uid != ownerUid))
        {
            return false;
        }

        return status.Owner is { } owner && OwnerKinds.KeepsName(owner.Kind) ? IsNamesake(m, pod) : status.Decision.Length == 0 || IsNamesake(m, pod);
    }

    /// <summary>By the Migration as it is. The API server may ask twice for one creation; the same request gets the same answer.</summary>
    public static bool Waits(Migration m, V1Pod pod, string ownerUid, string requestUid, DateTimeOffset now)
        => m.Status is { Owner: { } owner, Claim: { PodUID: null } claim } && owner.Uid == ownerUid
            && (OwnerKinds.KeepsName(owner.Kind) ? ComesBack(m, pod) : Replaces(m, claim, requestUid, now));

    /// <summary>The name was freed by the commit. Who has it is the one, however often its creation was tried.</summary>
    private static bool ComesBack(Migration m, V1Pod pod) => m.Status is { Decision: Decision.Committed, Phase: Phases.Committed or Phases.Freezing or Phases.Restoring } && IsNamesake(m, pod);

    private static bool Replaces(Migration m, Claim claim, string requestUid, DateTimeOffset now)
        => m.Status is { Phase: Phases.Preparing, Decision: Decision.None } && claim.ExpiresAt > now && (claim.RequestUID is null || claim.RequestUID == requestUid);

    private static bool IsNamesake(Migration m, V1Pod pod) => pod.Metadata.Name == m.Spec.PodName;
}
