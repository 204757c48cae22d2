using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// A freeze is a disruption: every PodDisruptionBudget that selects the pod must allow one, or (OnePodWithinBudget) have all its pods healthy,
/// since a freeze ends within its budget. Never when there are fewer healthy pods than desired, and one frozen pod of a budget at a time.
/// </summary>
internal static class BudgetCheck
{
    public static IEnumerable<DisruptionBudget> Of(V1Pod pod, ClusterView cluster)
        => cluster.Budgets.Where(b => b.Selector.Matches((pod.Metadata.Labels ?? new Dictionary<string, string>()).AsReadOnly()));

    public static Refusal? Check(V1Pod pod, ClusterView cluster)
        => Of(pod, cluster).Select(b => Check(b, pod)).FirstOrDefault(r => r is not null);

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
        if (!budget.StatusIsCurrent)
        {
            return new Refusal(Reasons.DisruptionBudget, $"PodDisruptionBudget {budget.Name} has no current status yet");
        }

        if (budget.CurrentHealthy < budget.DesiredHealthy)
        {
            return new Refusal(Reasons.DisruptionBudget, $"PodDisruptionBudget {budget.Name} has {budget.CurrentHealthy} healthy pods of {budget.DesiredHealthy} desired");
        }

        if (budget.DisruptionsAllowed >= 1)
        {
            return null;
        }

        // A replacement that waits for its checkpoint is not ready, and its own move must not stop at that.
        var unhealthy = budget.Pods.FirstOrDefault(p => p.Status?.Phase is not ("Succeeded" or "Failed")
            && PodMapping.Annotation(p, Names.ClaimAnnotation) is null && !PodMapping.IsReady(p));
        return unhealthy is null
            ? null
            : new Refusal(Reasons.DisruptionBudget, $"PodDisruptionBudget {budget.Name} allows no disruption and its pod {unhealthy.Metadata.Name} is not Ready, so {pod.Metadata.Name} may not freeze");
    }
}
