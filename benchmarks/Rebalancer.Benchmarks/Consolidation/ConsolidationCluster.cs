using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Cost.Catalogue;
using static Rebalancer.Benchmarks.Consolidation.ConsolidationShapes;

namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>
/// A cluster from a seed: nodes of EC2 types, and the trace's instances on nodes that have room for them, at random, as they lie after pods have come and gone
/// for a while. The same seed gives the same cluster.
/// </summary>
internal sealed class ConsolidationCluster(IReadOnlyList<DlrmInstance> instances, int nodeCount, int podCount, int seed)
{
    private const int RandomTries = 40;
    private const long MibBytes = 1L << 20;
    private const double MibPerGib = 1024;
    private static readonly ResourceSet DaemonRequests = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromMilli(100)), (ResourceSet.Memory, Quantity.FromUnits(128 * MibBytes)));

    private readonly Random random = new(seed);
    private readonly List<PodInfo> pods = new(podCount);
    private readonly Dictionary<(int Node, string Service), int> counts = [];
    private NodeInfo[] nodes = [];
    private long[] freeCpuMilli = [];
    private long[] freeMemoryMib = [];
    private int leftOut;

    public ClusterSnapshot Make()
    {
        nodes = [.. Enumerable.Range(0, nodeCount).Select(MakeNode)];
        freeCpuMilli = [.. nodes.Select(n => n.Allocatable[ResourceSet.Cpu].MilliUnits)];
        freeMemoryMib = [.. nodes.Select(n => n.Allocatable[ResourceSet.Memory].Units / MibBytes)];
        for (var node = 0; node < nodeCount; node++)
        {
            for (var daemon = 0; daemon < DaemonsPerNode; daemon++)
            {
                AddDaemon(node, daemon);
            }
        }

        // Where there are more pods than instances, each further round of the trace is of other services.
        for (var i = 0; pods.Count < podCount; i++)
        {
            var instance = instances[podCount < instances.Count ? random.Next(instances.Count) : i % instances.Count];
            if (!TryAddPod($"{instance.Service}-{i / instances.Count}".Replace('_', '-'), instance, i) && ++leftOut > podCount)
            {
                throw new InvalidOperationException($"{podCount} pods do not fit on {nodeCount} nodes: after {pods.Count} of them most find no room");
            }
        }

        return new ClusterSnapshot([.. nodes], [.. pods], []) { Budgets = Budgets() };
    }

    private NodeInfo MakeNode(int number)
    {
        var type = Ec2Catalogue.Instance.Types[$"{Drawn(Families)}.{Drawn(Sizes)}"];
        var (zone, onDemand) = (Zones[random.Next(Zones.Length)], random.Next(10) < OnDemandOfTen);
        var name = $"node-{number:00000}";
        return new NodeInfo
        {
            Name = name,
            Labels = ImmutableDictionary<string, string>.Empty.SetItems(new Dictionary<string, string>
            {
                [HostLabel] = name, [ZoneLabel] = zone, [PoolLabel] = onDemand ? "on-demand" : "spot", ["node.kubernetes.io/instance-type"] = type.Name,
                ["kubernetes.io/arch"] = type.Arch, ["topology.kubernetes.io/region"] = "us-east-1",
            }),
            Ready = true,
            Allocatable = type.Allocatable,
            PodLimit = type.MaxPods,
            AgentEndpoint = name + ":8443",
            Machine = new MachineInfo(type.Name, "us-east-1", zone, onDemand ? CapacityType.OnDemand : CapacityType.Spot, type.Arch, []),
        };
    }

    private void AddDaemon(int node, int daemon)
    {
        Take(node, 100, 128);
        pods.Add(Pod("kube-system", $"daemon-{daemon}", $"daemon-{daemon}-{node:00000}", node, DaemonRequests, "DaemonSet", Placement.Anywhere));
    }

    /// <summary>False where no node has room, or fewer than the service may share: such an instance is left out, and the next one taken.</summary>
    private bool TryAddPod(string service, DlrmInstance instance, int number)
    {
        var (cpuMilli, memoryMib) = ((long)Math.Ceiling(instance.Vcpus * 1000 / Divisor), (long)Math.Ceiling(instance.MemoryGib * MibPerGib / Divisor));
        var pool = StableHash(service) % 10 < OnDemandOfTen ? "on-demand" : "spot";
        if (FindNode(pool, service, instance.MostPerNode, cpuMilli, memoryMib) is not (>= 0 and var node))
        {
            return false;
        }

        Take(node, cpuMilli, memoryMib);
        counts[(node, service)] = counts.GetValueOrDefault((node, service)) + 1;
        var requests = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromMilli(cpuMilli)), (ResourceSet.Memory, Quantity.FromUnits(memoryMib * MibBytes)));
        pods.Add(Pod("serving", service, $"{service}-{number:000000}", node, requests, "ReplicaSet", PlacementOf(service, pool, instance.MostPerNode)));
        return true;
    }

    /// <summary>Kubernetes' way to say "at most so many on a node": a spread over hosts, as long as some host has none.</summary>
    private static Placement PlacementOf(string service, string pool, int mostPerNode) => new()
    {
        NodeSelector = ImmutableDictionary<string, string>.Empty.Add(PoolLabel, pool),
        Spread = mostPerNode == 0 ? [] : [new SpreadConstraint(HostLabel, Selector(service), mostPerNode, 1, Required: true, HonorAffinity: true, HonorTaints: false)],
    };

    private PodInfo Pod(string ns, string service, string name, int node, ResourceSet requests, string kind, Placement placement) => new()
    {
        Namespace = ns,
        Name = name,
        Uid = name,
        NodeName = nodes[node].Name,
        Labels = ImmutableDictionary<string, string>.Empty.Add("app", service),
        Requests = requests,
        Placement = placement,
        Owner = new OwnerInfo(kind, service, service),
        Phase = "Running",
        Ready = true,
        Shape = PodShape.Plain with { Containers = ["main"] },
    };

    private int FindNode(string pool, string service, int most, long cpuMilli, long memoryMib)
    {
        bool Fits(int n) => freeCpuMilli[n] >= cpuMilli && freeMemoryMib[n] >= memoryMib && nodes[n].Labels[PoolLabel] == pool
            && (most == 0 || counts.GetValueOrDefault((n, service)) < most);
        for (var i = 0; i < RandomTries; i++)
        {
            if (random.Next(nodeCount) is var node && Fits(node))
            {
                return node;
            }
        }

        return Enumerable.Range(0, nodeCount).FirstOrDefault(Fits, -1);
    }

    private void Take(int node, long cpuMilli, long memoryMib)
    {
        freeCpuMilli[node] -= cpuMilli;
        freeMemoryMib[node] -= memoryMib;
    }

    private ImmutableArray<BudgetInfo> Budgets()
        => [.. pods.Where(p => p.Namespace == "serving").GroupBy(p => p.Owner!.Name, StringComparer.Ordinal).Where(g => StableHash(g.Key) / 10 % ServicesPerBudget == 0)
            .Select(g => new BudgetInfo("serving", g.Key, Selector(g.Key), StatusIsCurrent: true, 1, g.Count(), g.Count() - 1))];

    private string Drawn((string Name, int Weight)[] choices)
    {
        var left = random.Next(choices.Sum(c => c.Weight));
        return choices.First(c => (left -= c.Weight) < 0).Name;
    }

    private static LabelSelector Selector(string service) => new([new Requirement("app", "In", [service])]);

    /// <summary>string.GetHashCode differs from run to run.</summary>
    private static int StableHash(string text) => text.Aggregate(17, (hash, c) => (hash * 31 + c) & 0xFFFFF);
}
