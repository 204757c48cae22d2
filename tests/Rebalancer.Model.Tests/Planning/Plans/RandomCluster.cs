using System.Collections.Immutable;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Planning.Plans;

/// <summary>Small clusters of every kind of trouble, made from a seed. All rules hold in them to begin with.</summary>
internal static class RandomCluster
{
    private static readonly string[] Zones = ["z1", "z2", "z3"];
    private static readonly (string Cpu, string Memory, string Usd)[] Sizes = [("2", "8Gi", "0.1"), ("4", "16Gi", "0.2"), ("8", "32Gi", "0.39")];

    public static ClusterSnapshot Make(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(3, 11)).Select(i => MakeNode(random, i)).ToImmutableArray();
        var pods = ImmutableArray.CreateBuilder<PodInfo>();
        for (var app = 0; app < random.Next(2, 9); app++)
        {
            var template = Template(random, app);
            foreach (var replica in Enumerable.Range(0, random.Next(1, 6)))
            {
                var pod = template with { Name = $"app{app}-{replica}", Uid = $"uid-{app}-{replica}", Ready = true };
                var fitting = nodes.Where(n => Verdict(new ClusterSnapshot(nodes, pods.ToImmutable(), []), pod, n.Name) == Policy.Constraints.RejectionKind.None).ToList();
                if (fitting.Count > 0)
                {
                    pods.Add(pod with { NodeName = fitting[random.Next(fitting.Count)].Name, Phase = "Running" });
                }
            }
        }

        var budget = new BudgetInfo("ns", "budget", App("app0"), StatusIsCurrent: true, DisruptionsAllowed: random.Next(0, 2), CurrentHealthy: 5, DesiredHealthy: 1);
        return new ClusterSnapshot(nodes, pods.ToImmutable(), []) { Budgets = [budget] };
    }

    private static NodeInfo MakeNode(Random random, int number)
    {
        var size = Sizes[random.Next(Sizes.Length)];
        var node = Node($"n{number}", Zones[random.Next(Zones.Length)], size.Cpu, size.Memory, random.Next(4, 20)) with { CostText = size.Usd };
        return random.Next(8) switch
        {
            0 => node with { Taints = [new Taint("dedicated", "x", "NoSchedule")] },
            1 => node with { KeepMark = "karpenter.sh/do-not-disrupt=true" },
            2 => node with { HazardText = "0.01" },
            _ => node,
        };
    }

    private static PodInfo Template(Random random, int app)
    {
        var name = $"app{app}";
        var pod = Pod(name, app: name, cpu: $"{random.Next(1, 15) * 100}m", memory: $"{random.Next(1, 12) * 256}Mi")
            with { Owner = new OwnerInfo("ReplicaSet", name, "rs-" + name) };
        return random.Next(9) switch
        {
            0 => pod.With(p => p with { AntiAffinity = [Near(name)] }),
            1 => pod.With(p => p with { AntiAffinity = [Near(name, Zone)] }),
            2 => pod.With(p => p with { Spread = [new SpreadConstraint(Zone, App(name), 1, 1, Required: true, HonorAffinity: true, HonorTaints: false)] }),
            3 => pod.With(p => p with { Affinity = [Near("app0", Zone)] }),
            4 => pod.With(p => p with { Tolerations = [new Toleration("dedicated", "Exists", "", "")] }),
            5 => pod with { Owner = new OwnerInfo("CloneSet", name, "ss-" + name) },
            6 => pod with { Shape = PodShape.Plain with { DoNotDisrupt = "karpenter.sh/do-not-disrupt=true" } },
            _ => pod,
        };
    }
}
