using Rebalancer.Model;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Planning.Waves;

/// <summary>What runs at the same time in a wave: in the cluster, per node, per workload, and one pod per disruption budget.</summary>
internal sealed class WaveLimits(MoveLimits limits)
{
    private readonly Dictionary<int, int> perNode = [];
    private readonly Dictionary<string, int> perWorkload = new(StringComparer.Ordinal);
    private readonly HashSet<int> budgets = [];
    private int running;

    public bool Allows(PodInfo pod, int[] budgetsOfPod, Step step)
        => running < limits.AtOnce
            && perNode.GetValueOrDefault(step.Source) < limits.AtOncePerNode
            && perNode.GetValueOrDefault(step.Target) < limits.AtOncePerNode
            && perWorkload.GetValueOrDefault(WorkloadOf(pod)) < limits.AtOncePerWorkload
            && !Array.Exists(budgetsOfPod, budgets.Contains);

    public void Take(PodInfo pod, int[] budgetsOfPod, Step step)
    {
        running++;
        perNode[step.Source] = perNode.GetValueOrDefault(step.Source) + 1;
        perNode[step.Target] = perNode.GetValueOrDefault(step.Target) + 1;
        perWorkload[WorkloadOf(pod)] = perWorkload.GetValueOrDefault(WorkloadOf(pod)) + 1;
        budgets.UnionWith(budgetsOfPod);
    }

    private static string WorkloadOf(PodInfo pod) => pod.Owner is { } owner ? owner.Uid + "/" + owner.Name : pod.FullName + "/" + pod.Uid;
}
