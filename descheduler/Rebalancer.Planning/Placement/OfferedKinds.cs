namespace Rebalancer.Planning.Placement;

/// <summary>What could be opened: offers of a kind are alike, so that the first that is free stands for all of them.</summary>
internal sealed class OfferedKinds
{
    private const int None = -1;
    private readonly int[][] kinds;
    private readonly int[] next;
    private readonly int[] kindOf;

    public OfferedKinds(PlacementProblem problem)
    {
        kinds = [.. Enumerable.Range(0, problem.Index.Nodes.Length).Where(n => problem.Offered[n]).GroupBy(n => Offers.KindOf(problem.Index.Nodes[n].Name), StringComparer.Ordinal).Select(g => g.ToArray())];
        next = new int[kinds.Length];
        kindOf = new int[problem.Index.Nodes.Length];
        Array.Fill(kindOf, None);
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            foreach (var node in kinds[kind]) { kindOf[node] = kind; }
        }
    }

    public int Count => kinds.Length;

    /// <summary>Only of nodes on offer.</summary>
    public int Of(int node) => kindOf[node];

    /// <summary>A node of the kind that is not there yet; -1 where all are in use.</summary>
    public int Free(int kind, PlacementState state)
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
