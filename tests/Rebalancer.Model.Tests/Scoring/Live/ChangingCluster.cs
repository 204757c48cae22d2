using System.Collections.Immutable;
using Rebalancer.Model.Tests.Planning.Plans;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Scoring.Live;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Scoring.Live;

/// <summary>A random cluster that changes step by step: the same steps make a snapshot, and a cluster that was followed.</summary>
internal sealed class ChangingCluster
{
    public static readonly PlanPolicy Policy = new();
    public static readonly AdvisorHazard Hazards = new(Ec2Catalogue.Instance);
    public static readonly SizeEstimates Estimates = new();

    private readonly Random random;
    private readonly Dictionary<string, NodeInfo> nodes;
    private readonly Dictionary<string, PodInfo> pods = [];
    private ImmutableArray<Reservation> reservations = [];

    public ChangingCluster(int seed)
    {
        random = new Random(seed);
        var start = RandomCluster.Make(seed);
        nodes = start.Nodes.ToDictionary(n => n.Name);
        foreach (var pod in start.Pods)
        {
            Set(pod);
        }

        foreach (var node in start.Nodes)
        {
            Live.Set(node);
        }
    }

    public LiveCluster Live { get; } = new(Policy, Hazards, Estimates);

    public ClusterSnapshot Snapshot => new([.. nodes.Values], [.. pods.Values], reservations);

    public ImmutableArray<NodeInfo> Nodes => [.. nodes.Values];

    public void Step()
    {
        var node = nodes.Values.ElementAt(random.Next(nodes.Count));
        switch (random.Next(9))
        {
            case 0 when nodes.Count > 2:
                nodes.Remove(node.Name);
                Live.RemoveNode(node.Name);
                break;
            case 1:
                Set(Node($"new{random.Next(3)}", "z1", "16", "64Gi") with { CostText = "0.7" });
                break;
            case 2:
                Set(node with { Taints = node.Taints.Add(new Taint("soft", "", "PreferNoSchedule")), HazardText = "0.03" });
                break;
            case 3 when pods.Count > 0:
                var gone = AnyPod();
                pods.Remove(gone.Name);
                Live.RemovePod(gone.Namespace, gone.Name);
                break;
            case 4 when pods.Count > 0:
                Set(AnyPod() with { Phase = "Succeeded" });
                break;
            case 5:
                reservations = [.. pods.Values.Where(p => !p.Finished && random.Next(4) == 0).Select(p => new Reservation(node.Name, p))];
                Live.SetReservations(reservations);
                break;
            case 6:
                Set(node.Offers("example.com/licence", "3"));
                break;
            default:
                Set(Pod($"late{random.Next(20)}", random.Next(8) == 0 ? "unknown-node" : node.Name, $"app{random.Next(4)}", "250m", "512Mi").Asks("example.com/licence", "1"));
                break;
        }
    }

    /// <summary>A pod to be placed, with every kind of wish.</summary>
    public PodInfo NewPod() => Pod("asked", app: "app1", cpu: $"{random.Next(0, 20) * 100}m", memory: $"{random.Next(0, 20) * 256}Mi")
        .Asks("example.com/licence", $"{random.Next(3)}")
        .With(p => p with
        {
            Tolerations = random.Next(3) == 0 ? [new Toleration("soft", "Exists", "", "")] : [],
            Preferences = random.Next(3) == 0
                ? Preferences.None
                : new Preferences(
                    [new PreferredNode(30, new NodeTerm([new Requirement(Zone, "In", ["z1"])], []))],
                    [new PreferredPods(50, Near($"app{random.Next(4)}", Zone)), new PreferredPods(-70, Near("app1"))]),
        });

    public PodInfo AnyPod() => pods.Values.ElementAt(random.Next(pods.Count));

    public bool HasPods => pods.Count > 0;

    private void Set(NodeInfo node)
    {
        nodes[node.Name] = node;
        Live.Set(node);
    }

    private void Set(PodInfo pod)
    {
        pods[pod.Name] = pod;
        Live.Set(pod);
    }
}
