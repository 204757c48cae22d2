using Rebalancer.Policy.Moves;

namespace Rebalancer.Planning.Waves;

/// <summary>What runs at the same time in a wave: in the cluster, per node, per workload, and one pod per disruption budget.</summary>
internal sealed class WaveLimits(MoveLimits limits, WaveGroups groups, int nodes)
{
    private readonly int[] perNode = new int[nodes];
    private readonly int[] perWorkload = new int[groups.WorkloadCount];
    private readonly bool[] budgets = new bool[groups.BudgetCount];
    private readonly List<Step> running = [];

    public bool IsFull => running.Count >= limits.AtOnce;

    /// <summary>A new wave begins.</summary>
    public void Clear()
    {
        foreach (var step in running)
        {
            perNode[step.Source] = perNode[step.Target] = perWorkload[groups.Workload[step.Pod]] = 0;
            Mark(step.Pod, taken: false);
        }

        running.Clear();
    }

    public bool Allows(Step step)
        => !IsFull
            && perWorkload[groups.Workload[step.Pod]] < limits.AtOncePerWorkload
            && perNode[step.Source] < limits.AtOncePerNode
            && perNode[step.Target] < limits.AtOncePerNode
            && !Array.Exists(groups.Budgets[step.Pod], b => budgets[b]);

    public void Take(Step step)
    {
        running.Add(step);
        perNode[step.Source]++;
        perNode[step.Target]++;
        perWorkload[groups.Workload[step.Pod]]++;
        Mark(step.Pod, taken: true);
    }

    private void Mark(int pod, bool taken)
    {
        foreach (var budget in groups.Budgets[pod]) { budgets[budget] = taken; }
    }
}
