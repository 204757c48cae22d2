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
    {
        if (!budget.StatusIsCurrent)
        {
            return $"PodDisruptionBudget {budget.FullName} has no current status yet";
        }

        if (budget.CurrentHealthy < budget.DesiredHealthy)
        {
            return $"PodDisruptionBudget {budget.FullName} has {budget.CurrentHealthy} healthy pods of {budget.DesiredHealthy} desired";
        }

        var unready = budget.DisruptionsAllowed >= 1 ? null : pods.FirstOrDefault(p => !p.Finished && !p.Ready);
        return unready is null ? null : $"PodDisruptionBudget {budget.FullName} allows no disruption and its pod {unready.Name} is not Ready";
    }
}
