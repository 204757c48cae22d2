using Rebalancer.Model;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>
/// The cluster prepared for scoring many nodes for one pod within microseconds: a node costs a look-up and some arithmetic. Immutable; see <see cref="LiveCluster"/>,
/// which makes a new one when something has changed. The scores are those of <see cref="NodeScorer"/>.
/// </summary>
public sealed class LiveIndex
{
    public const int NoNode = NameTable.Unknown;

    private readonly NameTable names;
    private readonly LiveNode[] nodes;
    private readonly ResourceTable columns;
    private readonly MoveCosts moves;

    internal LiveIndex(NameTable names, LiveNode[] nodes, NeighbourTable neighbours, ResourceTable columns, MoveCosts moves, double usdPerPoint)
    {
        this.names = names;
        this.nodes = nodes;
        this.columns = columns;
        this.moves = moves;
        Neighbours = neighbours;
        UsdPerPoint = usdPerPoint;
    }

    public int NodeCount => nodes.Length;

    internal NeighbourTable Neighbours { get; }

    internal double UsdPerPoint { get; }

    public LiveNode this[int node] => nodes[node];

    /// <summary>The number of a node by its name in UTF-8; <see cref="NoNode"/> where there is no such node.</summary>
    public int Find(ReadOnlySpan<byte> name) => names.Find(name);

    public LiveNode? Find(string name) => names.Find(name) is var number and >= 0 ? nodes[number] : null;

    /// <param name="source">Where the pod has run so far; null for a new one.</param>
    public PodScorer For(PodInfo pod, string? source = null)
        => new(this, pod, columns.Rows([pod.Requests]), PlacementCosts.LossUsd(moves, pod), source is null ? null : Find(source)?.Info.Machine);

    internal string ColumnName(int column) => columns.Names[column];
}
