using System.Collections.Immutable;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Planning.Plans;

/// <summary>Larger clusters of two pools, half full of workloads of many replicas, some of which may share a node with few of their kind. All rules hold in them to begin with.</summary>
internal static class RandomPools
{
    private const string Pool = "pool";
    private static readonly (string Cpu, string Memory, string Usd)[] Sizes = [("4", "16Gi", "0.2"), ("8", "32Gi", "0.39"), ("8", "16Gi", "0.34")];

    public static ClusterSnapshot Make(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, 30).Select(i => MakeNode(random, i)).ToImmutableArray();
        var pods = ImmutableArray.CreateBuilder<PodInfo>();
        for (var app = 0; app < 25; app++)
        {
            var template = Template(random, app);
            foreach (var replica in Enumerable.Range(0, random.Next(1, 9)))
            {
                var pod = template with { Name = $"app{app}-{replica}", Uid = $"uid-{app}-{replica}", Ready = true, Phase = "Running" };
                var fitting = nodes.Where(n => Verdict(new ClusterSnapshot(nodes, pods.ToImmutable(), []), pod, n.Name) == Policy.Constraints.RejectionKind.None).ToList();
                if (fitting.Count > 0) { pods.Add(pod with { NodeName = fitting[random.Next(fitting.Count)].Name }); }
            }
        }

        return new ClusterSnapshot(nodes, pods.ToImmutable(), []);
    }

    private static NodeInfo MakeNode(Random random, int number)
    {
        var size = Sizes[random.Next(Sizes.Length)];
        return (Node($"n{number:00}", "z" + random.Next(3), size.Cpu, size.Memory, 20) with { CostText = size.Usd }).Labelled(Pool, random.Next(2) == 0 ? "a" : "b");
    }

    private static PodInfo Template(Random random, int app)
    {
        var name = $"app{app:00}";
        var pod = (Pod(name, app: name, cpu: $"{random.Next(1, 9) * 100}m", memory: $"{random.Next(1, 12) * 128}Mi") with { Owner = new OwnerInfo("ReplicaSet", name, "rs-" + name) })
            .With(p => random.Next(3) == 0 ? p : p with { NodeSelector = Labels((Pool, random.Next(2) == 0 ? "a" : "b")) });
        return random.Next(4) switch
        {
            0 => pod.With(p => p with { AntiAffinity = [Near(name)] }),
            1 => pod.With(p => p with { Spread = [new SpreadConstraint(Zone, App(name), 2, 1, Required: true, HonorAffinity: false, HonorTaints: false)] }),
            _ => pod,
        };
    }
}
