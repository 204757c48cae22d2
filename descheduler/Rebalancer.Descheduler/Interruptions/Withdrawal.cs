using k8s.Models;
using Rebalancer.Descheduler.Interruptions.Ahead;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>An announcement that was taken back: what was begun on its account ends where nothing has been touched yet, and goes on where it has. Pure.</summary>
internal static class Withdrawal
{
    public static bool IsDue(Migration migration, EvacuationView view)
    {
        var isOurs = !migration.IsHeld && (migration.Metadata.Name.StartsWith(Tries.Prefix, StringComparison.Ordinal) || AheadTries.AreOf(migration)) && migration.Spec.Reason is MoveReasons.Interruption or MoveReasons.Maintenance;
        var hasTouchedNothing = migration.Status is { Phase: null or "" or Phases.Pending or Phases.Preflight or Phases.PreCopying, Decision: null or Decision.None };
        return isOurs && hasTouchedNothing && migration.Metadata.DeletionTimestamp is null
            && NodeOf(migration, view) is { } name && view.Nodes.TryGetValue(name, out var node) && !IsAnnounced(node);
    }

    /// <summary>What cannot be read has not been taken back.</summary>
    private static bool IsAnnounced(V1Node node) => Announcements.Has(node, Names.TerminatesAt) || Announcements.Of(node, []) is not null;

    private static string? NodeOf(Migration migration, EvacuationView view)
        => migration.Status.SourceNode is { Length: > 0 } source
            ? source
            : view.PodsByNode.FirstOrDefault(pods => pods.Any(pod => pod.Metadata.Uid == migration.Spec.PodUID))?.Key;
}
