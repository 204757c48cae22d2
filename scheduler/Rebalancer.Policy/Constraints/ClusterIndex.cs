using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// A snapshot prepared for many questions: nodes and pods as numbers, whatever can be worked out once worked out. Nodes are in name order and pods in the
/// order of their full names, so that the order of the input changes nothing. Finished pods hold nothing and are left out.
/// </summary>
public sealed class ClusterIndex
{
    /// <summary>The number of a node that the snapshot lacks.</summary>
    public const int NoNode = -1;

    private readonly Dictionary<string, int> nodeNumbers;
    private readonly Dictionary<(string Uid, string FullName), int> podNumbers = [];
    private readonly int[] placementOfPod;
    private readonly List<Placement> placements = [];
    private readonly RejectionKind[]?[] nodeKinds;

    /// <param name="others">Pods to ask about. Those that the snapshot lacks hold nothing; of those that it has, this is how they are seen.</param>
    public ClusterIndex(ClusterSnapshot snapshot, IEnumerable<PodInfo>? others = null)
    {
        Nodes = [.. snapshot.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal)];
        nodeNumbers = Enumerable.Range(0, Nodes.Length).ToDictionary(i => Nodes[i].Name, StringComparer.Ordinal);
        var pods = snapshot.Pods.Where(p => !p.Finished).OrderBy(p => p.FullName, StringComparer.Ordinal).ThenBy(p => p.Uid, StringComparer.Ordinal).ToList();
        for (var i = 0; i < pods.Count; i++)
        {
            podNumbers.TryAdd((pods[i].Uid, pods[i].FullName), i);
        }

        Reservations = [.. snapshot.Reservations.Select(r => new KeyValuePair<int, string>(NumberOf(r.Pod, pods), r.Node))];
        foreach (var other in others ?? [])
        {
            pods[NumberOf(other, pods)] = other;
        }

        Pods = [.. pods];
        PlacedPods = Pods.Length == 0 ? 0 : snapshot.Pods.Count(p => !p.Finished);
        // A large cluster's parts are worked out side by side: none looks at another.
        var resources = Task.Run(() => ResourceRows());
        var numbers = Task.Run(() => NumberPlacements());
        TermTable = new TermTable(Nodes, Pods);
        Volumes = new VolumeTable(snapshot.Storage, Pods);
        (Resources, Allocatable, Requests) = resources.GetAwaiter().GetResult();
        placementOfPod = numbers.GetAwaiter().GetResult();
        nodeKinds = new RejectionKind[placements.Count][];
    }

    public ImmutableArray<NodeInfo> Nodes { get; }

    public ImmutableArray<PodInfo> Pods { get; }

    /// <summary>Amounts per node, a row of <see cref="ResourceCount"/> each: thousandths of cpu, whole units of the rest.</summary>
    public long[] Allocatable { get; }

    /// <summary>Amounts per pod, likewise.</summary>
    public long[] Requests { get; }

    public int ResourceCount => Resources.Count;

    public IReadOnlyList<string> ResourceNames => Resources.Names;

    /// <summary>Pods from here on were only asked about; they hold no node.</summary>
    internal int PlacedPods { get; }

    /// <summary>The pod holds room where it runs.</summary>
    public bool Holds(int pod) => pod < PlacedPods;

    internal ImmutableArray<KeyValuePair<int, string>> Reservations { get; }

    internal ResourceTable Resources { get; }

    internal TermTable TermTable { get; }

    internal VolumeTable Volumes { get; }

    /// <summary><see cref="NoNode"/> where there is no such node.</summary>
    public int NodeNumber(string name) => nodeNumbers.GetValueOrDefault(name, NoNode);

    public int PodNumber(PodInfo pod) => podNumbers[(pod.Uid, pod.FullName)];

    /// <summary>What speaks between the pod and the node alone; worked out for all nodes at once, and once for all pods with the same placement.</summary>
    internal RejectionKind NodeKind(int pod, int node)
    {
        var placement = placementOfPod[pod];
        var kinds = nodeKinds[placement];
        if (kinds is null)
        {
            kinds = Array.ConvertAll([.. Nodes], n => NodeRules.Check(placements[placement], n));
            nodeKinds[placement] = kinds;
        }

        return kinds[node];
    }

    private int NumberOf(PodInfo pod, List<PodInfo> pods)
    {
        var key = (pod.Uid, pod.FullName);
        if (!podNumbers.TryGetValue(key, out var number))
        {
            number = pods.Count;
            pods.Add(pod);
            podNumbers[key] = number;
        }

        return number;
    }

    private (ResourceTable Table, long[] Allocatable, long[] Requests) ResourceRows()
    {
        var table = new ResourceTable(Nodes, Pods);
        return (table, table.Rows([.. Nodes.Select(n => n.Allocatable)]), table.Rows([.. Pods.Select(p => p.Requests)]));
    }

    private int[] NumberPlacements()
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var ofPod = new int[Pods.Length];
        for (var i = 0; i < ofPod.Length; i++)
        {
            var key = ConstraintKeys.Of(Pods[i].Placement);
            if (!numbers.TryGetValue(key, out ofPod[i]))
            {
                ofPod[i] = numbers[key] = placements.Count;
                placements.Add(Pods[i].Placement);
            }
        }

        return ofPod;
    }
}
