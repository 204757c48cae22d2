using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Capacity;

/// <param name="Ask">Migrations that room is to be asked for.</param>
/// <param name="AskForPlans">Plans that a new node is to be asked for, by its number.</param>
/// <param name="TakeBack">Placeholders that nobody needs any more.</param>
/// <param name="LookAgainAfter">Null: when something changes.</param>
internal sealed record CapacityStep(ImmutableArray<Migration> Ask, ImmutableArray<(RebalancePlan Plan, int Number)> AskForPlans, ImmutableArray<V1Pod> TakeBack, TimeSpan? LookAgainAfter);

/// <summary>For what room is asked for: pods that have to leave, and the new nodes of plans that run. Pure.</summary>
internal static class CapacityRule
{
    /// <summary>At the same time; a zone that fails must not buy a second cluster at once.</summary>
    public const int MaxAtOnce = 50;

    /// <summary>Room may come free by itself, as moves before this one end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static CapacityStep Next(IEnumerable<Migration> migrations, IEnumerable<RebalancePlan> plans, IReadOnlyCollection<V1Pod> placeholders, DateTimeOffset now)
    {
        var waiting = migrations.Where(Waits).OrderByDescending(m => m.Spec.Priority).ThenBy(m => m.Status.PhaseStartedAt).ThenBy(m => m.Metadata.Uid, StringComparer.Ordinal).ToList();
        var forPlans = plans.SelectMany(plan => NewNodes.Wanted(plan).Select(number => (Plan: plan, Number: number))).ToList();
        var needed = waiting.Select(m => m.Metadata.Uid).Concat(forPlans.Select(n => NewNodes.KeyOf(n.Plan, n.Number))).ToHashSet(StringComparer.Ordinal);
        var kept = placeholders.Where(p => p.Metadata.DeletionTimestamp is null).ToList();
        var asked = kept.Select(Placeholder.KeyOf).ToHashSet(StringComparer.Ordinal);
        var open = waiting.Where(m => !asked.Contains(m.Metadata.Uid)).ToList();
        var due = open.Where(m => Age(m, now) >= Patience).Take(Math.Max(0, MaxAtOnce - kept.Count)).ToImmutableArray();
        // Those who have to leave go first.
        var dueForPlans = forPlans.Where(n => !asked.Contains(NewNodes.KeyOf(n.Plan, n.Number)) && n.Plan.Status.NewNodes is null).Take(Math.Max(0, MaxAtOnce - kept.Count - due.Length)).ToImmutableArray();
        var soon = open.Where(m => Age(m, now) < Patience).Select(m => (TimeSpan?)(Patience - Age(m, now))).Min();
        return new CapacityStep(due, dueForPlans, [.. kept.Where(p => !needed.Contains(Placeholder.KeyOf(p)!))], soon);
    }

    /// <summary>It must leave its node, and there is no other.</summary>
    public static bool Waits(Migration migration)
        => migration.Status is { Phase: Phases.Pending, Reason: Reasons.NoTarget or Reasons.TargetNoRoom }
            && migration.Spec.Reason is MoveReasons.Interruption or MoveReasons.Eviction or MoveReasons.Maintenance;

    private static TimeSpan Age(Migration migration, DateTimeOffset now) => migration.Status.PhaseStartedAt is { } since ? now - since : TimeSpan.Zero;
}
