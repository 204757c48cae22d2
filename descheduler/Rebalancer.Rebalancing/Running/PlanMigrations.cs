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
    /// <summary>The same however often it is asked, so that a leader that died between two steps is followed by one that makes no second Migration.</summary>
    public static string NameOf(RebalancePlan plan, int move) => $"{plan.Metadata.Name}-{move.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Its moves as those are said whose plan is looked at again.</summary>
    public static ImmutableArray<PastMove> PastMoves(RebalancePlan plan) => [.. plan.Spec.Moves.Select(m => new PastMove(m.Namespace, m.Pod, m.PodUID, m.SourceNode, NewNodes.TargetOf(plan, m)))];

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
}
