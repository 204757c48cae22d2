using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Reading;

/// <summary>What a plan has evicted, as entries beside its Migrations: each costs the restart that the plan counted on.</summary>
public static class EvictionReading
{
    public static IEnumerable<MoveEntry> Of(RebalancePlan plan)
    {
        var outcomes = (plan.Status.Moves ?? []).ToLookup(o => (o.Namespace, o.Pod));
        return plan.Spec.Moves.Select((move, number) => (move, number)).Where(m => m.move.IsEviction)
            .SelectMany(m => outcomes[(m.move.Namespace, m.move.Pod)].Where(o => o.StartedAt is not null).Take(1).Select(o => Of(plan, m.move, m.number, o)));
    }

    private static MoveEntry Of(RebalancePlan plan, PlanMove move, int number, MoveOutcome outcome)
    {
        var at = Exact.Instant(outcome.StartedAt!.Value);
        return new MoveEntry
        {
            Uid = $"{plan.Metadata.Uid}-{number.ToString(CultureInfo.InvariantCulture)}",
            Namespace = move.Namespace,
            Name = $"{plan.Metadata.Name}-{number.ToString(CultureInfo.InvariantCulture)}",
            Version = Versions.Of(plan.Metadata.ResourceVersion),
            Plan = plan.Metadata.Name,
            Pod = move.Pod,
            PodUid = move.PodUID,
            SourceNode = move.SourceNode,
            TargetNode = move.TargetNode,
            Reason = move.Reason,
            // In the place of a strategy of live moves.
            Strategy = MoveMethods.Evict,
            // A pod that nobody has let go runs on.
            Phase = outcome.Result switch { MoveResults.Succeeded => Phases.Succeeded, MoveResults.Running => Phases.Pending, _ => Phases.RolledBack },
            PhaseReason = outcome.Reason ?? "",
            CreatedAt = at,
            StartedAt = at,
            CompletedAt = outcome.Result == MoveResults.Running ? null : at,
            Value = new MoveValue(at, 0, PlanReading.Number(move.UsdCost), 0, $"{plan.Spec.PolicyName}@{plan.Spec.PolicyGeneration.ToString(CultureInfo.InvariantCulture)}"),
        };
    }
}
