using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>
/// PodDisruptionBudgets as their controller would keep them. A snapshot does not say how a budget was written; each allows as many pods to be missing of those that it covers as it did at
/// the start.
/// </summary>
internal sealed class DisruptionCounts
{
    private readonly ImmutableArray<BudgetInfo> budgets;
    private readonly int[] slack;
    private readonly int[] covered;
    private readonly int[] healthy;
    private readonly Dictionary<PodInfo, int[]> ofTemplate = new(ReferenceEqualityComparer.Instance);

    public DisruptionCounts(ImmutableArray<BudgetInfo> budgets)
    {
        this.budgets = budgets;
        slack = [.. budgets.Select(b => Math.Max(0, Math.Max(b.CurrentHealthy - b.DesiredHealthy, b.DisruptionsAllowed)))];
        (covered, healthy) = (new int[budgets.Length], new int[budgets.Length]);
    }

    /// <summary>Numbers of the budgets that cover a pod made from the template.</summary>
    public int[] Of(PodInfo template)
    {
        if (!ofTemplate.TryGetValue(template, out var numbers))
        {
            numbers = [.. Enumerable.Range(0, budgets.Length).Where(i => budgets[i].Covers(template))];
            ofTemplate[template] = numbers;
        }

        return numbers;
    }

    public void Exists(PodInfo template, int change) => Add(covered, template, change);

    public void IsUp(PodInfo template, int change) => Add(healthy, template, change);

    public BudgetInfo Now(int budget)
    {
        var desired = Math.Max(0, covered[budget] - slack[budget]);
        return budgets[budget] with { StatusIsCurrent = true, CurrentHealthy = healthy[budget], DesiredHealthy = desired, DisruptionsAllowed = Math.Max(0, healthy[budget] - desired) };
    }

    public ImmutableArray<BudgetInfo> Now() => [.. Enumerable.Range(0, budgets.Length).Select(Now)];

    private void Add(int[] counts, PodInfo template, int change)
    {
        foreach (var budget in Of(template)) { counts[budget] += change; }
    }
}
