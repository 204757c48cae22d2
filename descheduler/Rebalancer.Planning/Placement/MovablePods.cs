using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Which pods a plan may move at all, live or by eviction.</summary>
internal sealed class MovablePods(ClusterIndex index, PlanPolicy policy, ClusterSnapshot snapshot)
{
    private readonly string?[] nodes = [.. index.Nodes.Select(n => policy.Nodes.Matches(n) ? null : "the policy leaves its node alone")];

    /// <returns>By pod: why it may not move, null where it may; and whether it may only because it is evicted.</returns>
    public (string?[] Reasons, bool[] Evicted) Find()
    {
        // Few pods are not ready, and whom a budget covers takes longer to say.
        var refused = snapshot.Budgets.Select(b => (Budget: b, Why: BudgetRule.Refusal(b, index.Pods.Where(p => !p.Ready && b.Covers(p))))).Where(b => b.Why is not null)
            .ToLookup(b => b.Budget.Namespace, StringComparer.Ordinal);
        var policyReasons = index.Table.PerPod(policy.Pods.Refusal);
        var budgetReasons = index.Table.PerPod(p => refused[p.Namespace].Where(b => b.Budget.Covers(p)).Select(b => b.Why).FirstOrDefault());
        var (reasons, evicted) = (new string?[index.Pods.Length], new bool[index.Pods.Length]);
        for (var pod = 0; pod < reasons.Length; pod++)
        {
            var live = LiveReason(index.Pods[pod], index.NodeOf[pod]);
            evicted[pod] = live is not null && MayBeEvicted(index.Pods[pod], index.NodeOf[pod]);
            reasons[pod] = (evicted[pod] ? null : live) ?? OwnReason(index.Pods[pod]) ?? policyReasons[pod] ?? nodes[index.NodeOf[pod]] ?? budgetReasons[pod];
        }

        return (reasons, evicted);
    }

    private string? LiveReason(PodInfo pod, int home)
        => home < 0 ? $"pod {pod.FullName} is not placed on a known node"
            : Movability.Check(pod, policy.Limits.Freeze, automatic: true) is [var first, ..] ? first.Message
            : Reattachment.Check(pod, snapshot.Storage, index.Nodes[home]).FirstOrDefault() is { } volume ? volume.Message
            : string.IsNullOrEmpty(index.Nodes[home].AgentEndpoint) ? "no agent runs on its node"
            : null;

    private bool MayBeEvicted(PodInfo pod, int home)
        => home >= 0 && policy.EvictedPods is { } which && which.Refusal(pod) is null && Evictability.Refusal(pod) is null;

    private static string? OwnReason(PodInfo pod) => pod.Rests is { } rests ? $"pod {pod.FullName} {rests}" : null;
}
