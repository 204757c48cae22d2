using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.StatefulSets;

/// <summary>The pods of a StatefulSet by ordinal.</summary>
/// <param name="Wanted">From the first ordinal to the last; null: the pod is missing.</param>
/// <param name="Surplus">Pods of other ordinals, the highest first.</param>
internal sealed record SetPods(IReadOnlyList<(int Ordinal, StoredObject? Pod)> Wanted, IReadOnlyList<StoredObject> Surplus)
{
    public static SetPods Of(StoredObject set, IEnumerable<StoredObject> pods)
    {
        var byOrdinal = pods.ToDictionary(p => StatefulPods.OrdinalOf(set, p)!.Value);
        var start = (int)(set.Root.Number("spec", "ordinals", "start") ?? 0);
        var count = (int)(set.Root.Number("spec", "replicas") ?? 1);
        var wanted = Enumerable.Range(start, count).Select(ordinal => (ordinal, byOrdinal.GetValueOrDefault(ordinal))).ToList();
        return new(wanted, [.. byOrdinal.Where(p => p.Key < start || p.Key >= start + count).OrderByDescending(p => p.Key).Select(p => p.Value)]);
    }

    /// <summary>The lowest wanted pod that is missing, not ready or going; else the lowest such surplus pod.</summary>
    public StoredObject? FirstUnavailable()
    {
        foreach (var (_, pod) in Wanted.Where(w => IsUnavailable(w.Pod)))
        {
            return pod;
        }

        return Surplus.LastOrDefault(IsUnavailable);
    }

    public static bool IsReady(StoredObject pod) => pod.Root.Text("status", "phase") == "Running" && PodConditions.IsReady(pod);

    public static bool IsUnavailable(StoredObject? pod) => pod is null || pod.IsDeleting || !PodConditions.IsReady(pod);
}
