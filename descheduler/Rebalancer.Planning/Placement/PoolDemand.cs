using System.Runtime.InteropServices;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>What the pods on each of several pools of nodes ask for, gathered in one walk over all pods.</summary>
internal sealed class PoolDemand
{
    /// <param name="pools">The nodes of each.</param>
    public PoolDemand(List<NodeInfo[]> pools, PodTable pods)
    {
        Shapes = [.. pools.Select(_ => new Dictionary<(long, long), int>())];
        ModelDaemons = [.. pools.Select(_ => new List<PodInfo>())];
        var poolOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var pool = 0; pool < pools.Count; pool++)
        {
            foreach (var node in pools[pool]) { poolOf[node.Name] = pool; }
        }

        var asked = pods.PerPod(p => (IsDaemon(p), p.Requests[ResourceSet.Cpu].MilliUnits, p.Requests[ResourceSet.Memory].Units));
        for (var pod = 0; pod < asked.Length; pod++)
        {
            if (!poolOf.TryGetValue(pods.Pods[pod].NodeName, out var pool))
            {
                continue;
            }

            var (isDaemon, cpu, memory) = asked[pod];
            if (!isDaemon)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(Shapes[pool], (cpu, memory), out _)++;
            }
            else if (pods.Pods[pod].NodeName == pools[pool][0].Name)
            {
                ModelDaemons[pool].Add(pods.Pods[pod]);
            }
        }
    }

    /// <summary>By pool: how many pods ask for so many thousandths of a processor and bytes of memory, daemons left out.</summary>
    public Dictionary<(long Cpu, long Memory), int>[] Shapes { get; }

    /// <summary>By pool: what runs on its first node, and so would run on every new one.</summary>
    public List<PodInfo>[] ModelDaemons { get; }

    public static bool IsDaemon(PodInfo pod) => pod.Owner?.Kind == "DaemonSet";
}
