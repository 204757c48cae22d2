using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Simulation.Plans;

/// <summary>A made-up cluster that is half used: EC2 machines in three zones, a third of them spot, and workloads whose replicas were spread at random. The same seed gives the same cluster.</summary>
internal sealed class SoakCluster
{
    public const string Namespace = "shop";
    private const double Use = 0.5;
    private static readonly string[] Zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
    private static readonly (string Name, int CpuMilli, int MemoryMib, int MaxReplicas, string Rule)[] Apps =
    [
        ("web", 250, 512, 12, "zone"), ("search", 900, 3072, 6, "host"), ("worker", 700, 1536, 12, "none"), ("cache", 200, 4096, 4, "none"), ("report", 1200, 2048, 2, "pinned"), ("batch", 1500, 2560, 4, "none"),
    ];

    private readonly Random random;
    private readonly List<NodeInfo> nodes = [];
    private readonly List<PodInfo> pods = [];
    private readonly List<BudgetInfo> budgets = [];
    private readonly Dictionary<string, (int Cpu, int Memory, int Pods)> left = new(StringComparer.Ordinal);

    private SoakCluster(int count, int seed)
    {
        random = new Random(seed);
        for (var i = 0; i < count; i++) { AddNode(i); }
        var total = left.Values.Sum(l => l.Cpu);
        for (var team = 0; left.Values.Sum(l => l.Cpu) > total * (1 - Use); team++)
        {
            foreach (var app in Apps) { AddApp(app, $"{app.Name}-{team.ToString(CultureInfo.InvariantCulture)}"); }
        }
    }

    public static ClusterSnapshot Of(int nodes, int seed)
    {
        var made = new SoakCluster(nodes, seed);
        return new ClusterSnapshot([.. made.nodes], [.. made.pods], []) { Budgets = [.. made.budgets] };
    }

    private void AddNode(int i)
    {
        var (type, cpu, memory) = i % 2 == 0 ? ("m5.2xlarge", 7910, 29317) : ("m5.xlarge", 3920, 14162);
        var (name, zone, capacity) = ($"node-{i:000}", Zones[random.Next(Zones.Length)], i % 3 == 0 ? CapacityType.Spot : CapacityType.OnDemand);
        var labels = ImmutableDictionary<string, string>.Empty.Add("kubernetes.io/hostname", name).Add("topology.kubernetes.io/zone", zone).Add("node.kubernetes.io/instance-type", type);
        nodes.Add(new NodeInfo
        {
            Name = name, Labels = labels, Ready = true, PodLimit = 58, AgentEndpoint = name + ":8443", Machine = new MachineInfo(type, "us-east-1", zone, capacity, "amd64", []),
            Allocatable = Resources(cpu, memory),
        });
        left[name] = (cpu, memory, 58);
    }

    private void AddApp((string Name, int CpuMilli, int MemoryMib, int MaxReplicas, string Rule) app, string name)
    {
        var labels = ImmutableDictionary<string, string>.Empty.Add("app", name);
        var selector = new LabelSelector([new Requirement("app", "In", [name])]);
        var placement = app.Rule switch
        {
            "host" => Placement.Anywhere with { AntiAffinity = [new PodTerm(selector, [Namespace], "kubernetes.io/hostname")] },
            "zone" => Placement.Anywhere with { Spread = [new SpreadConstraint("topology.kubernetes.io/zone", selector, 1, 1, Required: true, HonorAffinity: true, HonorTaints: false)] },
            _ => Placement.Anywhere,
        };
        var (used, replicas) = (new HashSet<string>(), random.Next(1, app.MaxReplicas + 1));
        for (var replica = 0; replica < replicas; replica++)
        {
            var zone = app.Rule == "zone" ? Zones[replica % Zones.Length] : null;
            var fitting = nodes.Where(n => left[n.Name] is var l && l.Cpu >= app.CpuMilli && l.Memory >= app.MemoryMib && l.Pods > 0 && (zone is null || n.Machine.Zone == zone) && !used.Contains(n.Name)).ToList();
            if (fitting.Count == 0) { break; }
            var node = fitting[random.Next(fitting.Count)].Name;
            if (app.Rule == "host") { used.Add(node); }
            left[node] = (left[node].Cpu - app.CpuMilli, left[node].Memory - app.MemoryMib, left[node].Pods - 1);
            pods.Add(new PodInfo
            {
                Namespace = Namespace, Name = $"{name}-{replica.ToString(CultureInfo.InvariantCulture)}", Uid = $"{name}.{replica.ToString(CultureInfo.InvariantCulture)}", NodeName = node, Labels = labels, Placement = placement, Phase = "Running", Ready = true,
                Owner = new OwnerInfo("ReplicaSet", name, "rs-" + name), Requests = Resources(app.CpuMilli, app.MemoryMib),
                Shape = app.Rule == "pinned" ? PodShape.Plain with { DoNotDisrupt = "karpenter.sh/do-not-disrupt=true" } : PodShape.Plain,
            });
        }

        if (replicas > 1 && random.Next(3) == 0) { budgets.Add(new BudgetInfo(Namespace, name, selector, true, 1, replicas, replicas - 1)); }
    }

    private static ResourceSet Resources(int cpuMilli, int memoryMib) => ResourceSet.Of((ResourceSet.Cpu, Quantity.FromMilli(cpuMilli)), (ResourceSet.Memory, Quantity.FromUnits((long)memoryMib << 20)));
}
