using Rebalancer.Model;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using static Rebalancer.Benchmarks.Consolidation.ConsolidationShapes;

namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>A machine that a pool can have.</summary>
/// <param name="CpuMilli">Less the daemons; likewise memory.</param>
internal sealed record MachineOption(string Type, long CpuMilli, long MemoryMib, int MaxPods, double UsdPerHour);

/// <summary>
/// A generated cluster as the numbers that baselines need. Every pod may go to any node of its pool; at most so many of its service share a node. That is
/// somewhat less than Kubernetes' rules, and nothing of the way there, so that a baseline is never worse for it.
/// </summary>
internal sealed class ConsolidationModel
{
    private const long MibBytes = 1L << 20;
    private const long DaemonCpuMilli = 100 * DaemonsPerNode;
    private const long DaemonMemoryMib = 128 * DaemonsPerNode;

    /// <param name="moves">Prices a move as the planner does.</param>
    public ConsolidationModel(ClusterSnapshot cluster, MoveCosts moves)
    {
        string[] pools = ["on-demand", "spot"];
        Options = Array.ConvertAll(pools, pool => OfferedTypes.Select(t => Option(t, pool)).ToArray());
        NodePool = [.. cluster.Nodes.Select(n => Array.IndexOf(pools, n.Labels[PoolLabel]))];
        NodeOption = [.. cluster.Nodes.Select((n, i) => Array.Find(Options[NodePool[i]], o => o.Type == n.Machine.InstanceType)!)];
        var numbers = cluster.Nodes.Select((n, i) => (n.Name, i)).ToDictionary(n => n.Name, n => n.i, StringComparer.Ordinal);
        var services = new Dictionary<string, int>(StringComparer.Ordinal);
        Pods = [.. cluster.Pods.Where(p => p.Owner!.Kind != "DaemonSet").Select((p, number) => new ModelPod(
            number,
            numbers[p.NodeName],
            Array.IndexOf(pools, p.Placement.NodeSelector[PoolLabel]),
            services.TryGetValue(p.Owner!.Name, out var id) ? id : services[p.Owner.Name] = services.Count,
            p.Placement.Spread.IsEmpty ? int.MaxValue : p.Placement.Spread[0].MaxSkew,
            p.Requests[ResourceSet.Cpu].MilliUnits,
            p.Requests[ResourceSet.Memory].Units / MibBytes,
            (double)moves.OfMove(p).Usd))];
    }

    /// <summary>By pool: all that can be had.</summary>
    public MachineOption[][] Options { get; }

    /// <summary>By node.</summary>
    public int[] NodePool { get; }

    /// <summary>By node: what it is now.</summary>
    public MachineOption[] NodeOption { get; }

    public ModelPod[] Pods { get; }

    private static MachineOption Option(string name, string pool)
    {
        var type = Ec2Catalogue.Instance.Types[name];
        var capacity = pool == "spot" ? CapacityType.Spot : CapacityType.OnDemand;
        var price = Ec2Catalogue.Instance.Find(new MachineInfo(name, "us-east-1", "", capacity, type.Arch, []))!.Value.PerHour.Usd;
        return new MachineOption(name, type.Allocatable[ResourceSet.Cpu].MilliUnits - DaemonCpuMilli, type.Allocatable[ResourceSet.Memory].Units / MibBytes - DaemonMemoryMib, type.MaxPods - DaemonsPerNode, (double)price);
    }
}

/// <param name="Number">Tells it from its replicas.</param>
/// <param name="MostPerNode">Of its service.</param>
/// <param name="MoveUsd">What a move of it costs, once.</param>
internal readonly record struct ModelPod(int Number, int Node, int Pool, int Service, int MostPerNode, long CpuMilli, long MemoryMib, double MoveUsd)
{
    /// <summary>Part of a machine of 4 GiB for each processor that it takes.</summary>
    public double Size => Math.Max(CpuMilli / 1000.0, MemoryMib / 4096.0);
}
