using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// What could be opened. Offers of a kind are alike, so that the first that is free stands for all of them; kinds of the same size, price and risk (one type
/// in several zones) are alike for most pods, so that one of them is drawn.
/// </summary>
internal sealed class OfferedKinds
{
    private const int None = -1;
    private readonly int[][] kinds;
    private readonly int[][] sizes;
    private readonly int[] next;
    private readonly int[] kindOf;
    private readonly NodePools pools;

    public OfferedKinds(PlacementProblem problem)
    {
        var index = problem.Index;
        pools = problem.Pools;
        kinds = [.. Enumerable.Range(0, index.Nodes.Length).Where(n => problem.Offered[n]).GroupBy(n => Offers.KindOf(index.Nodes[n].Name), StringComparer.Ordinal).Select(g => g.ToArray())];
        sizes = [.. Enumerable.Range(0, kinds.Length).GroupBy(k => index.Nodes[kinds[k][0]] is var n ? (n.Machine.InstanceType, n.Machine.Capacity, problem.NodeMicros[kinds[k][0]], n.PodLimit) : default).Select(g => g.ToArray())];
        next = new int[kinds.Length];
        kindOf = new int[index.Nodes.Length];
        Array.Fill(kindOf, None);
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            foreach (var node in kinds[kind]) { kindOf[node] = kind; }
        }
    }

    public int SizeCount => sizes.Length;

    /// <summary>A node of the size that is not there yet and may take the pod; -1 where there is none.</summary>
    public int Draw(int size, int pod, PlacementState state, SearchRandom random)
    {
        var alike = sizes[size];
        for (var (i, at) = (0, random.Below(alike.Length)); i < alike.Length; i++, at = at + 1 == alike.Length ? 0 : at + 1)
        {
            if (Free(alike[at], state) is >= 0 and var node && state.Fits(pod, node)) { return node; }
        }

        return None;
    }

    /// <summary>A node of the size that is not there yet, of the pool; -1 where there is none.</summary>
    public int Any(int size, int pool, PlacementState state)
    {
        foreach (var kind in sizes[size])
        {
            if (pools.Of[kinds[kind][0]] == pool && Free(kind, state) is >= 0 and var node) { return node; }
        }

        return None;
    }

    /// <summary>Another node of the same kind as this one, which is not there yet; -1 where all are in use.</summary>
    public int Another(int node, PlacementState state) => Free(kindOf[node], state);

    private int Free(int kind, PlacementState state)
    {
        var nodes = kinds[kind];
        for (var i = 0; i < nodes.Length; i++)
        {
            if (state.IsEmpty(nodes[next[kind]])) { return nodes[next[kind]]; }
            next[kind] = next[kind] + 1 == nodes.Length ? 0 : next[kind] + 1;
        }

        return None;
    }
}
