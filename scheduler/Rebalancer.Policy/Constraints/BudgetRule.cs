using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// A freeze is a disruption: a budget must allow one, or have all its pods healthy, since a freeze ends within its own budget. Never when there are fewer
/// healthy pods than desired. That one pod of a budget is frozen at a time is for whoever orders moves.
/// </summary>
public static class BudgetRule
{
    /// <summary>Null where a pod of the budget may freeze.</summary>
    /// <param name="pods">Those that the budget covers.</param>
    public static string? Refusal(BudgetInfo budget, IEnumerable<PodInfo> pods)
        => Refusal(budget with { Name = budget.FullName }, () => pods.FirstOrDefault(p => !p.Finished && !p.Ready)?.Name);

    /// <param name="unreadyPod">The name of a pod of the budget that is not Ready; null where all are. Asked only where it matters.</param>
    public static string? Refusal(BudgetInfo budget, Func<string?> unreadyPod)
    {
        if (!budget.StatusIsCurrent)
        {
            return $"PodDisruptionBudget {budget.Name} has no current status yet";
        }

        if (budget.CurrentHealthy < budget.DesiredHealthy)
        {
            return $"PodDisruptionBudget {budget.Name} has {budget.CurrentHealthy} healthy pods of {budget.DesiredHealthy} desired";
        }

        return budget.DisruptionsAllowed < 1 && unreadyPod() is { } unready
            ? $"PodDisruptionBudget {budget.Name} allows no disruption and its pod {unready} is not Ready"
            : null;
    }
}
