using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Which pods a plan may move at all.</summary>
internal sealed class MovablePods(ClusterIndex index, PlanPolicy policy, ImmutableArray<BudgetInfo> budgets)
{
    /// <summary>By pod: null where it may move.</summary>
    public string?[] Reasons()
    {
        var refused = budgets.Select(b => (Budget: b, Why: BudgetRule.Refusal(b, index.Pods.Where(b.Covers)))).Where(b => b.Why is not null)
            .ToLookup(b => b.Budget.Namespace, StringComparer.Ordinal);
        return [.. index.Pods.Select(p => Reason(p) ?? refused[p.Namespace].Where(b => b.Budget.Covers(p)).Select(b => b.Why).FirstOrDefault())];
    }

    private string? Reason(PodInfo pod)
    {
        if (index.NodeNumber(pod.NodeName) is not (>= 0 and var home))
        {
            return $"pod {pod.FullName} is not placed on a known node";
        }

        if (Movability.Check(pod, policy.Limits.Freeze, automatic: true) is [var first, ..])
        {
            return first.Message;
        }

        return (pod.Rests is { } rests ? $"pod {pod.FullName} {rests}" : null) ?? policy.Pods.Refusal(pod) ?? (!policy.Nodes.Matches(index.Nodes[home]) ? "the policy leaves its node alone"
            : string.IsNullOrEmpty(index.Nodes[home].AgentEndpoint) ? "no agent runs on its node"
            : null);
    }
}
