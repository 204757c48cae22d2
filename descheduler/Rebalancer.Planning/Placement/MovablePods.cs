using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Which pods a plan may move at all.</summary>
internal sealed class MovablePods(ClusterIndex index, PlanPolicy policy, ImmutableArray<BudgetInfo> budgets)
{
    private readonly string?[] nodes = [.. index.Nodes.Select(n => !policy.Nodes.Matches(n) ? "the policy leaves its node alone"
        : string.IsNullOrEmpty(n.AgentEndpoint) ? "no agent runs on its node"
        : null)];

    /// <summary>By pod: null where it may move.</summary>
    public string?[] Reasons()
    {
        var refused = budgets.Select(b => (Budget: b, Why: BudgetRule.Refusal(b, index.Pods.Where(b.Covers)))).Where(b => b.Why is not null)
            .ToLookup(b => b.Budget.Namespace, StringComparer.Ordinal);
        var policyReasons = index.Table.PerPod(policy.Pods.Refusal);
        var budgetReasons = index.Table.PerPod(p => refused[p.Namespace].Where(b => b.Budget.Covers(p)).Select(b => b.Why).FirstOrDefault());
        var reasons = new string?[index.Pods.Length];
        for (var pod = 0; pod < reasons.Length; pod++)
        {
            reasons[pod] = OwnReason(index.Pods[pod], index.NodeOf[pod]) ?? policyReasons[pod] ?? nodes[index.NodeOf[pod]] ?? budgetReasons[pod];
        }

        return reasons;
    }

    private string? OwnReason(PodInfo pod, int home)
        => home < 0 ? $"pod {pod.FullName} is not placed on a known node"
            : Movability.Check(pod, policy.Limits.Freeze, automatic: true) is [var first, ..] ? first.Message
            : pod.Rests is { } rests ? $"pod {pod.FullName} {rests}"
            : null;
}
