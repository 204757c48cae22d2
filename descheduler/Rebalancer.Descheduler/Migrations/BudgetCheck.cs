using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// Every PodDisruptionBudget that selects a pod must let it freeze (<see cref="BudgetRule"/>), and one pod of a budget is frozen at a time.
/// </summary>
internal static class BudgetCheck
{
    public static IEnumerable<DisruptionBudget> Of(V1Pod pod, ClusterView cluster)
        => cluster.Budgets.Where(b => b.Selector.Matches((pod.Metadata.Labels ?? new Dictionary<string, string>()).AsReadOnly()));

    public static Refusal? Check(V1Pod pod, ClusterView cluster)
        => Of(pod, cluster).Select(b => Check(b, pod)).FirstOrDefault(r => r is not null);

    /// <summary>What is still to be taken of the pod's budgets before it may freeze. One that allows no disruption has none to take: its only guard is that one pod of it is frozen at a time.</summary>
    public static IEnumerable<MoveAction> ToTake(V1Pod pod, ClusterView cluster)
        => Of(pod, cluster).Where(b => b.DisruptionsAllowed > 0 && !b.DisruptedPods.Contains(pod.Metadata.Name)).Select(b => new MoveAction.TakeBudgetSlot(b.Name, pod.Metadata.Name));

    /// <summary>What the pod holds of its budgets.</summary>
    public static IEnumerable<MoveAction> ToGive(V1Pod pod, ClusterView cluster)
        => Of(pod, cluster).Where(b => b.DisruptedPods.Contains(pod.Metadata.Name)).Select(b => new MoveAction.GiveBudgetSlot(b.Name, pod.Metadata.Name));

    public static Refusal? Wait(Observation o, IReadOnlyCollection<Migration> holders)
    {
        if (o.Source is not { } pod)
        {
            return null;
        }

        foreach (var budget in Of(pod, o.Cluster))
        {
            var moving = budget.Pods.FirstOrDefault(p => holders.Any(m => m.Status.PodUID == p.Metadata.Uid));
            if (moving is not null)
            {
                return new Refusal(Reasons.DisruptionBudget, $"pod {moving.Metadata.Name} of PodDisruptionBudget {budget.Name} is on the move, one at a time");
            }
        }

        return Check(pod, o.Cluster);
    }

    private static Refusal? Check(DisruptionBudget budget, V1Pod pod)
    {
        // Its own disruption is what the budget counts already.
        if (budget.DisruptedPods.Contains(pod.Metadata.Name))
        {
            return null;
        }

        var info = new BudgetInfo(pod.Metadata.NamespaceProperty ?? "", budget.Name, budget.Selector, budget.StatusIsCurrent, budget.DisruptionsAllowed, budget.CurrentHealthy, budget.DesiredHealthy);
        return BudgetRule.Refusal(info, () => Unready(budget)) is { } why ? new Refusal(Reasons.DisruptionBudget, $"{why}, so {pod.Metadata.Name} may not freeze") : null;
    }

    /// <summary>A replacement that waits for its checkpoint is not ready, and its own move must not stop at that.</summary>
    private static string? Unready(DisruptionBudget budget)
        => budget.Pods.FirstOrDefault(p => p.Status?.Phase is not ("Succeeded" or "Failed")
            && PodMapping.Annotation(p, Names.ClaimAnnotation) is null && !PodMapping.IsReady(p))?.Metadata.Name;
}
