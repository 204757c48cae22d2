using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Capacity;

/// <param name="Ask">Migrations that room is to be asked for.</param>
/// <param name="TakeBack">Placeholders that nobody needs any more.</param>
/// <param name="LookAgainAfter">Null: when something changes.</param>
internal sealed record CapacityStep(ImmutableArray<Migration> Ask, ImmutableArray<V1Pod> TakeBack, TimeSpan? LookAgainAfter);

/// <summary>For which moves room is asked for. Only for pods that have to leave: nobody pays for a node so that a plan can save one. Pure.</summary>
internal static class CapacityRule
{
    /// <summary>At the same time; a zone that fails must not buy a second cluster at once.</summary>
    public const int MaxAtOnce = 50;

    /// <summary>Room may come free by itself, as moves before this one end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static CapacityStep Next(IEnumerable<Migration> migrations, IReadOnlyCollection<V1Pod> placeholders, DateTimeOffset now)
    {
        var waiting = migrations.Where(Waits).OrderByDescending(m => m.Spec.Priority).ThenBy(m => m.Status.PhaseStartedAt).ThenBy(m => m.Metadata.Uid, StringComparer.Ordinal).ToList();
        var needed = waiting.Select(m => m.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        var kept = placeholders.Where(p => p.Metadata.DeletionTimestamp is null).ToList();
        var asked = kept.Select(Placeholder.MigrationOf).ToHashSet(StringComparer.Ordinal);
        var open = waiting.Where(m => !asked.Contains(m.Metadata.Uid)).ToList();
        var due = open.Where(m => Age(m, now) >= Patience).Take(Math.Max(0, MaxAtOnce - kept.Count)).ToImmutableArray();
        var soon = open.Where(m => Age(m, now) < Patience).Select(m => (TimeSpan?)(Patience - Age(m, now))).Min();
        return new CapacityStep(due, [.. kept.Where(p => !needed.Contains(Placeholder.MigrationOf(p)!))], soon);
    }

    /// <summary>It must leave its node, and there is no other.</summary>
    public static bool Waits(Migration migration)
        => migration.Status is { Phase: Phases.Pending, Reason: Reasons.NoTarget or Reasons.TargetNoRoom }
            && migration.Spec.Reason is MoveReasons.Interruption or MoveReasons.Eviction or MoveReasons.Maintenance;

    private static TimeSpan Age(Migration migration, DateTimeOffset now) => migration.Status.PhaseStartedAt is { } since ? now - since : TimeSpan.Zero;
}
