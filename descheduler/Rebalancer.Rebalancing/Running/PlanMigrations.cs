using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Planning;
using Rebalancer.Policy;

namespace Rebalancer.Rebalancing.Running;

/// <summary>The Migrations of a plan.</summary>
public static class PlanMigrations
{
    /// <summary>
    /// Of the try that the status tells of, else of the first. The same however often it is asked, so that a leader that died between two steps is followed by one that makes no second Migration.
    /// </summary>
    public static string NameOf(RebalancePlan plan, int move)
        => OutcomeOf(plan, plan.Spec.Moves[move])?.Migration ?? FirstNameOf(plan, move);

    /// <summary>What the status tells of a move; null: it has not begun.</summary>
    internal static MoveOutcome? OutcomeOf(RebalancePlan plan, PlanMove move) => plan.Status.Moves?.FirstOrDefault(o => o.Namespace == move.Namespace && o.Pod == move.Pod);

    /// <summary>Of the second try, which is the last.</summary>
    internal static string SecondNameOf(RebalancePlan plan, int move) => FirstNameOf(plan, move) + "-2";

    /// <summary>Its moves as those are said whose plan is looked at again.</summary>
    public static ImmutableArray<PastMove> PastMoves(RebalancePlan plan) => [.. plan.Spec.Moves.Select(m => new PastMove(m.Namespace, m.Pod, m.PodUID, m.SourceNode, NewNodes.TargetOf(plan, m)))];

    /// <param name="plan">With the status in which the move begins.</param>
    public static Migration Of(RebalancePlan plan, int number, PlanPolicy policy)
    {
        var move = plan.Spec.Moves[number];
        return new Migration
        {
            Metadata = new V1ObjectMeta
            {
                Name = NameOf(plan, number),
                NamespaceProperty = move.Namespace,
                Labels = new Dictionary<string, string> { [Names.PlanLabel] = plan.Metadata.Name },
            },
            Spec = new MigrationSpec
            {
                PodName = move.Pod,
                PodUID = move.PodUID,
                TargetNode = NewNodes.TargetOf(plan, move),
                FreezeBudget = $"{(long)policy.Limits.Freeze.TotalMilliseconds}ms",
                CpuPolicy = policy.IgnoreCpu ? "Ignore" : "Strict",
                Reason = move.Reason,
            },
        };
    }

    private static string FirstNameOf(RebalancePlan plan, int move) => $"{plan.Metadata.Name}-{move.ToString(CultureInfo.InvariantCulture)}";
}
