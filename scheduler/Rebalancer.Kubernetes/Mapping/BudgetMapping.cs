using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

public static class BudgetMapping
{
    public static BudgetInfo ToModel(V1PodDisruptionBudget budget)
    {
        var status = budget.Status;
        return new BudgetInfo(
            budget.Metadata.NamespaceProperty ?? "",
            budget.Metadata.Name,
            PlacementMapping.ToSelector(budget.Spec?.Selector),
            status?.ObservedGeneration is { } seen && seen >= (budget.Metadata.Generation ?? 0),
            status?.DisruptionsAllowed ?? 0,
            status?.CurrentHealthy ?? 0,
            status?.DesiredHealthy ?? 0);
    }
}
