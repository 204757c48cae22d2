using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Benchmarks.Exact;

/// <summary>A small random cluster: a few nodes of different sizes and prices, each with pods, some services on one node each.</summary>
internal sealed class ExactInstance
{
    private const int MostPerNode = 6;
    private const long GibBytes = 1L << 30;
    private static readonly (int Cpus, int MemoryGib, string Usd)[] Machines = [(4, 16, "0.2"), (8, 32, "0.39"), (4, 32, "0.26"), (8, 16, "0.34"), (16, 64, "0.75")];

    public ExactInstance(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(4, 9)).Select(i => Node(i, Machines[random.Next(Machines.Length)])).ToArray();
        List<PodInfo> pods = [];
        for (var node = 0; node < nodes.Length; node++)
        {
            var (cpuMilli, memoryGib) = (nodes[node].Allocatable[ResourceSet.Cpu].MilliUnits, nodes[node].Allocatable[ResourceSet.Memory].Units / GibBytes);
            var count = random.Next(1, MostPerNode);
            for (var i = 0; i < count; i++)
            {
                var (cpu, memory) = (random.Next(1, 6) * 500L, (long)random.Next(1, 9));
                if (cpu > cpuMilli || memory > memoryGib)
                {
                    break;
                }

                (cpuMilli, memoryGib) = (cpuMilli - cpu, memoryGib - memory);
                pods.Add(Pod($"pod-{node}-{i}", $"service-{(i == 0 ? random.Next(3) : 3 + random.Next(50))}", nodes[node].Name, cpu, memory));
            }
        }

        Snapshot = new ClusterSnapshot([.. nodes], [.. pods.GroupBy(p => (p.NodeName, p.Labels["app"])).Select(g => g.First())], []);
    }

    public ClusterSnapshot Snapshot { get; }

    /// <summary>Services whose pods may not share a node.</summary>
    public static bool IsApart(string service) => service is "service-0" or "service-1" or "service-2";

    private static NodeInfo Node(int number, (int Cpus, int MemoryGib, string Usd) machine) => new()
    {
        Name = $"node-{number}",
        Labels = ImmutableDictionary<string, string>.Empty.Add("kubernetes.io/hostname", $"node-{number}"),
        Ready = true,
        Allocatable = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromMilli(machine.Cpus * 1000)), (ResourceSet.Memory, Quantity.FromUnits(machine.MemoryGib * GibBytes))),
        PodLimit = 110,
        AgentEndpoint = "agent:8443",
        CostText = machine.Usd,
    };

    private static PodInfo Pod(string name, string service, string node, long cpuMilli, long memoryGib) => new()
    {
        Namespace = "exact",
        Name = name,
        Uid = name,
        NodeName = node,
        Labels = ImmutableDictionary<string, string>.Empty.Add("app", service),
        Requests = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromMilli(cpuMilli)), (ResourceSet.Memory, Quantity.FromUnits(memoryGib * GibBytes))),
        Placement = !IsApart(service) ? Placement.Anywhere : Placement.Anywhere with
        {
            AntiAffinity = [new PodTerm(new LabelSelector([new Requirement("app", "In", [service])]), ["exact"], "kubernetes.io/hostname")],
        },
        Owner = new OwnerInfo("ReplicaSet", service, service),
        Phase = "Running",
        Ready = true,
        Shape = PodShape.Plain with { Containers = ["main"] },
    };
}
