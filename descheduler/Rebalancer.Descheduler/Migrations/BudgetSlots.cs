using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// Takes disruptions of a PodDisruptionBudget as the eviction API does (pkg/registry/core/pod/storage/eviction.go): one compare-and-set of its status, which
/// lowers disruptionsAllowed and lists the pod in disruptedPods, where the disruption controller counts it as unhealthy. Whoever comes second has a conflict.
/// </summary>
internal sealed class BudgetSlots(ApiClient client, Informer<V1PodDisruptionBudget> budgets)
{
    /// <exception cref="ApiException">IsConflict: the budget has changed since it was looked at.</exception>
    public Task TakeAsync(Observation o, MoveAction.TakeBudgetSlot slot, CancellationToken cancellation)
        => Find(o, slot.Budget) is { } budget && !Lists(budget, slot.PodName)
            ? WriteAsync(budget, Math.Max(0, (budget.Status?.DisruptionsAllowed ?? 0) - 1), slot.PodName, o.Now, cancellation) : Task.CompletedTask;

    /// <exception cref="ApiException">IsConflict: the budget has changed since it was looked at.</exception>
    public Task GiveAsync(Observation o, MoveAction.GiveBudgetSlot slot, CancellationToken cancellation)
        => Find(o, slot.Budget) is { } budget && Lists(budget, slot.PodName)
            ? WriteAsync(budget, budget.Status.DisruptionsAllowed ?? 0, slot.PodName, null, cancellation) : Task.CompletedTask;

    private V1PodDisruptionBudget? Find(Observation o, string name) => budgets.Get(o.Migration.Metadata.NamespaceProperty, name);

    private static bool Lists(V1PodDisruptionBudget budget, string pod) => budget.Status?.DisruptedPods?.ContainsKey(pod) == true;

    /// <param name="since">Null takes the pod off the list.</param>
    private async Task WriteAsync(V1PodDisruptionBudget budget, int allowed, string pod, DateTimeOffset? since, CancellationToken cancellation)
    {
        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = budget.Metadata.Uid, ["resourceVersion"] = budget.Metadata.ResourceVersion },
            ["status"] = new Dictionary<string, object>
            {
                ["disruptionsAllowed"] = allowed,
                ["disruptedPods"] = new Dictionary<string, string?> { [pod] = since?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) },
            },
        };
        budgets.Observe(await client.MergeAsync<V1PodDisruptionBudget>(ApiResource.PodDisruptionBudgets, budget.Metadata.NamespaceProperty, budget.Metadata.Name, patch, cancellation, "status"));
    }
}
