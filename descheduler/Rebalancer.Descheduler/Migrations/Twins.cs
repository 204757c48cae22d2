using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Other moves of the same pod that have not ended.</summary>
internal static class Twins
{
    /// <summary>The one that moves the pod away; null: there is none.</summary>
    public static Migration? Moving(string? podUid, IEnumerable<Migration> others) => others.FirstOrDefault(m => podUid is not null && m.Status.PodUID == podUid && !Phases.IsFinal(m.Status.Phase));

    /// <summary>The one whose replacement the pod is, and which still ends what is left of the pod that it replaces; null: there is none.</summary>
    public static Migration? Bringing(string? podUid, IEnumerable<Migration> others) => others.FirstOrDefault(m => podUid is not null && m.Status.Claim?.PodUID == podUid && !Phases.IsFinal(m.Status.Phase));
}
