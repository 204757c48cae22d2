using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Waves;

/// <summary>What pods of a wave share: their workload, and the disruption budgets that cover them, as numbers.</summary>
internal sealed class WaveGroups
{
    public WaveGroups(PodTable pods, ImmutableArray<BudgetInfo> budgets)
    {
        var numbers = new Dictionary<(string Uid, string Name), int>();
        Workload = pods.PerPod(p => p.Owner is not { } owner ? -1 : numbers.TryGetValue((owner.Uid, owner.Name), out var known) ? known : numbers[(owner.Uid, owner.Name)] = numbers.Count);
        WorkloadCount = numbers.Count;
        for (var pod = 0; pod < Workload.Length; pod++)
        {
            if (Workload[pod] < 0) { Workload[pod] = WorkloadCount++; }
        }

        BudgetCount = budgets.Length;
        Budgets = BudgetsOf(pods, budgets);
    }

    /// <summary>By pod; one that has no owner is a workload of its own.</summary>
    public int[] Workload { get; }

    public int WorkloadCount { get; }

    /// <summary>By pod: the disruption budgets that cover it.</summary>
    public int[][] Budgets { get; }

    public int BudgetCount { get; }

    private static int[][] BudgetsOf(PodTable pods, ImmutableArray<BudgetInfo> budgets)
    {
        var index = new SelectorIndex();
        for (var i = 0; i < budgets.Length; i++)
        {
            index.Add(i, budgets[i].Selector);
        }

        return pods.PerPod(p => budgets.IsEmpty ? [] : index.Candidates(p.Labels).Where(b => budgets[b].Covers(p)).ToArray());
    }
}
