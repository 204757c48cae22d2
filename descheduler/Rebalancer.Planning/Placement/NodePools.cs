using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Nodes that the movable pods cannot tell apart by labels and taints: what a pool's pods ask for and what its machines cost decides what room in it is worth, and
/// where room is sought, other pools are passed over.
/// </summary>
internal sealed class NodePools
{
    /// <summary>Ways of asking for nodes that are looked at, those of the most pods first; the others tell no nodes apart.</summary>
    private const int MaxPlacements = 64;

    private readonly int[]?[] allowed;
    private readonly int[] all;

    /// <param name="counts">By pod: it is one that may move.</param>
    public NodePools(ClusterIndex index, bool[] counts)
    {
        Of = new int[index.Nodes.Length];
        allowed = new int[]?[index.PlacementCount];
        var placements = Commonest(index, counts);
        foreach (var placement in placements) { Split(index.NodeKinds(placement)); }
        Nodes = new List<int>[Count];
        for (var pool = 0; pool < Count; pool++) { Nodes[pool] = []; }
        for (var node = 0; node < Of.Length; node++) { Nodes[Of[node]].Add(node); }
        all = [.. Enumerable.Range(0, Count)];
        foreach (var placement in placements)
        {
            var kinds = index.NodeKinds(placement).ToArray();
            allowed[placement] = Array.FindAll(all, p => kinds[Nodes[p][0]] == RejectionKind.None);
        }
    }

    /// <summary>By node.</summary>
    public int[] Of { get; }

    public int Count { get; private set; } = 1;

    /// <summary>By pool, in ascending order.</summary>
    public List<int>[] Nodes { get; }

    /// <summary>Pools that may hold nodes for pods of the placement.</summary>
    public int[] For(int placement) => allowed[placement] ?? all;

    private static List<int> Commonest(ClusterIndex index, bool[] counts)
    {
        var pods = new int[index.PlacementCount];
        for (var pod = 0; pod < counts.Length; pod++) { pods[index.PlacementOf(pod)] += counts[pod] ? 1 : 0; }
        return [.. Enumerable.Range(0, pods.Length).Where(p => pods[p] > 0).OrderByDescending(p => pods[p]).ThenBy(p => p).Take(MaxPlacements)];
    }

    private void Split(ReadOnlySpan<RejectionKind> kinds)
    {
        var numbers = new Dictionary<(int Pool, bool Takes), int>();
        for (var node = 0; node < Of.Length; node++)
        {
            var key = (Of[node], kinds[node] == RejectionKind.None);
            Of[node] = numbers.TryGetValue(key, out var known) ? known : numbers[key] = numbers.Count;
        }

        Count = Math.Max(1, numbers.Count);
    }
}
