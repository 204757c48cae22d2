using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Waves;

/// <summary>What pods of a wave share: their workload, and the disruption budgets that cover them, as numbers.</summary>
internal sealed class WaveGroups
{
    public WaveGroups(ImmutableArray<PodInfo> pods, ImmutableArray<BudgetInfo> budgets)
    {
        var numbers = new Dictionary<(string Uid, string Name), int>();
        Workload = new int[pods.Length];
        for (var pod = 0; pod < pods.Length; pod++)
        {
            var key = pods[pod].Owner is { } owner ? (owner.Uid, owner.Name) : (pods[pod].Uid, pods[pod].FullName);
            if (!numbers.TryGetValue(key, out Workload[pod]))
            {
                Workload[pod] = numbers[key] = numbers.Count;
            }
        }

        WorkloadCount = numbers.Count;
        BudgetCount = budgets.Length;
        Budgets = BudgetsOf(pods, budgets);
    }

    /// <summary>By pod.</summary>
    public int[] Workload { get; }

    public int WorkloadCount { get; }

    /// <summary>By pod: the disruption budgets that cover it.</summary>
    public int[][] Budgets { get; }

    public int BudgetCount { get; }

    private static int[][] BudgetsOf(ImmutableArray<PodInfo> pods, ImmutableArray<BudgetInfo> budgets)
    {
        var index = new SelectorIndex();
        for (var i = 0; i < budgets.Length; i++)
        {
            index.Add(i, budgets[i].Selector);
        }

        return [.. pods.Select(p => budgets.IsEmpty ? [] : index.Candidates(p.Labels).Where(b => budgets[b].Covers(p)).ToArray())];
    }
}
