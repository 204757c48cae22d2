using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// A snapshot prepared for many questions: nodes and pods as numbers, whatever can be worked out once worked out. Nodes are in name order and pods in that of
/// <see cref="PodTable"/>, so that the order of the input changes nothing.
/// </summary>
public sealed class ClusterIndex
{
    /// <summary>The number of a node that the snapshot lacks.</summary>
    public const int NoNode = -1;

    private readonly Dictionary<string, int> nodeNumbers;
    private readonly int[] placementOfPod;
    private readonly List<Placement> placements = [];
    private readonly RejectionKind[]?[] nodeKinds;

    /// <param name="others">Pods to ask about. Those that the snapshot lacks hold nothing; of those that it has, this is how they are seen.</param>
    public ClusterIndex(ClusterSnapshot snapshot, IEnumerable<PodInfo>? others = null)
        : this(snapshot.Nodes, snapshot.Storage, new PodTable(snapshot, others))
    {
    }

    public ClusterIndex(ImmutableArray<NodeInfo> nodes, StorageInfo storage, PodTable table)
    {
        Table = table;
        Nodes = [.. nodes.OrderBy(n => n.Name, StringComparer.Ordinal)];
        nodeNumbers = new Dictionary<string, int>(Nodes.Length, StringComparer.Ordinal);
        for (var node = 0; node < Nodes.Length; node++) { nodeNumbers.Add(Nodes[node].Name, node); }
        PodLimits = [.. Nodes.Select(n => n.PodLimit)];
        NodeOf = Array.ConvertAll([.. Pods], p => p.NodeName.Length > 0 ? NodeNumber(p.NodeName) : NoNode);
        TermTable = new TermTable(Nodes, table);
        Volumes = new VolumeTable(storage, Pods);
        Resources = new ResourceTable(Nodes, table.Examples);
        Allocatable = Resources.Rows([.. Nodes.Select(n => n.Allocatable)]);
        Requests = RequestRows();
        placementOfPod = table.PerPod(NumberPlacements());
        nodeKinds = new RejectionKind[placements.Count][];
        IsPlain = Array.ConvertAll([.. Pods], p => p.HostPorts.IsEmpty && p.Claims.IsEmpty);
    }

    public PodTable Table { get; }

    public ImmutableArray<NodeInfo> Nodes { get; }

    public ImmutableArray<PodInfo> Pods => Table.Pods;

    /// <summary>By pod: the node that it names; <see cref="NoNode"/> where that is none of these.</summary>
    public int[] NodeOf { get; }

    /// <summary>Amounts per node, a row of <see cref="ResourceCount"/> each: thousandths of cpu, whole units of the rest.</summary>
    public long[] Allocatable { get; }

    /// <summary>Amounts per pod, likewise.</summary>
    public long[] Requests { get; }

    public int ResourceCount => Resources.Count;

    public IReadOnlyList<string> ResourceNames => Resources.Names;

    /// <summary>Pods that ask for the same of a node alone have the same number, from 0 up.</summary>
    public int PlacementOf(int pod) => placementOfPod[pod];

    public int PlacementCount => placements.Count;

    /// <summary>Pods from here on were only asked about; they hold no node.</summary>
    internal int PlacedPods => Table.PlacedPods;

    /// <summary>The pod holds room where it runs.</summary>
    public bool Holds(int pod) => pod < PlacedPods;

    internal ImmutableArray<KeyValuePair<int, string>> Reservations => Table.Reservations;

    /// <summary>By node.</summary>
    internal long[] PodLimits { get; }

    /// <summary>By pod: it takes neither ports nor volumes.</summary>
    internal bool[] IsPlain { get; }

    internal ResourceTable Resources { get; }

    internal TermTable TermTable { get; }

    internal VolumeTable Volumes { get; }

    /// <summary><see cref="NoNode"/> where there is no such node.</summary>
    public int NodeNumber(string name) => nodeNumbers.GetValueOrDefault(name, NoNode);

    public int PodNumber(PodInfo pod) => Table.NumberOf(pod);

    /// <summary>What speaks between the pod and the node alone; worked out for all nodes at once, and once for all pods with the same placement.</summary>
    internal RejectionKind NodeKind(int pod, int node) => NodeKinds(placementOfPod[pod])[node];

    /// <summary>Likewise, by node, for all pods of the placement.</summary>
    public ReadOnlySpan<RejectionKind> NodeKinds(int placement)
        => nodeKinds[placement] ??= Array.ConvertAll([.. Nodes], n => NodeRules.Check(placements[placement], n));

    private long[] RequestRows()
    {
        var (width, ofTemplate) = (Resources.Count, Resources.Rows([.. Table.Examples.Select(p => p.Requests)]));
        var rows = new long[Pods.Length * width];
        for (var pod = 0; pod < Pods.Length; pod++)
        {
            for (var r = 0; r < width; r++) { rows[pod * width + r] = ofTemplate[Table.TemplateOf[pod] * width + r]; }
        }

        return rows;
    }

    /// <summary>By template.</summary>
    private int[] NumberPlacements()
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var ofTemplate = new int[Table.Examples.Length];
        for (var i = 0; i < ofTemplate.Length; i++)
        {
            var key = ConstraintKeys.Of(Table.Examples[i].Placement);
            if (!numbers.TryGetValue(key, out ofTemplate[i]))
            {
                ofTemplate[i] = numbers[key] = placements.Count;
                placements.Add(Table.Examples[i].Placement);
            }
        }

        return ofTemplate;
    }
}
