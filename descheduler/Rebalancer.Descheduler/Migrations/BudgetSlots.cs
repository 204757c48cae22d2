using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
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
        => Find(o, slot.Budget) is { } budget && budget.Status?.DisruptedPods?.ContainsKey(slot.PodName) != true
            ? WriteAsync(budget, (budget.Status?.DisruptionsAllowed ?? 0) - 1, Listed(budget).SetItem(slot.PodName, o.Now), cancellation) : Task.CompletedTask;

    /// <exception cref="ApiException">IsConflict: the budget has changed since it was looked at.</exception>
    public Task GiveAsync(Observation o, MoveAction.GiveBudgetSlot slot, CancellationToken cancellation)
        => Find(o, slot.Budget) is { Status: { DisruptedPods: { } listed } status } budget && listed.ContainsKey(slot.PodName)
            ? WriteAsync(budget, status.DisruptionsAllowed ?? 0, Listed(budget).Remove(slot.PodName), cancellation) : Task.CompletedTask;

    private V1PodDisruptionBudget? Find(Observation o, string name) => budgets.Get(o.Migration.Metadata.NamespaceProperty, name);

    private static ImmutableDictionary<string, DateTimeOffset> Listed(V1PodDisruptionBudget budget)
        => budget.Status?.DisruptedPods?.Where(each => each.Value is not null).ToImmutableDictionary(each => each.Key, each => new DateTimeOffset(each.Value!.Value.ToUniversalTime()))
            ?? ImmutableDictionary<string, DateTimeOffset>.Empty;

    private async Task WriteAsync(V1PodDisruptionBudget budget, int allowed, ImmutableDictionary<string, DateTimeOffset> disrupted, CancellationToken cancellation)
    {
        var patch = new JsonPatch().Test("/metadata/resourceVersion", budget.Metadata.ResourceVersion)
            .Set("/status/disruptionsAllowed", Math.Max(allowed, 0))
            .Set("/status/disruptedPods", disrupted.ToDictionary(each => each.Key, each => each.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)));
        budgets.Observe(await client.PatchAsync<V1PodDisruptionBudget>(ApiResource.PodDisruptionBudgets, budget.Metadata.NamespaceProperty, budget.Metadata.Name, patch, cancellation, "status"));
    }
}
