using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Reads spec.freezeBudget, a Go duration without a sign.</summary>
internal static class FreezeBudget
{
    public static bool TryParse(string? text, MoveLimits limits, out TimeSpan budget, out string? problem)
    {
        problem = null;
        if (text is null)
        {
            budget = TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds);
            return true;
        }

        if (Durations.TryParse(text, out budget) && budget >= TimeSpan.FromMilliseconds(1) && budget <= TimeSpan.FromSeconds(limits.MaxFreezeBudgetSeconds))
        {
            return true;
        }

        budget = default;
        problem = $"spec.freezeBudget is '{text}', expected a duration such as 500ms or 5s from 1ms to {limits.MaxFreezeBudgetSeconds:0}s";
        return false;
    }
}
