using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Nodes that are paid for in any case and may take pods, by pool and by what they have free of processor and of memory.</summary>
internal sealed class OpenRoom
{
    private const int Resources = 2;
    private readonly PlacementProblem problem;
    private readonly Occupancy occupancy;
    private readonly RoomIndex[] indexes;
    private readonly bool[] isOpen;
    private readonly long[] counted;
    private readonly long[] totals;

    public OpenRoom(PlacementProblem problem, Occupancy occupancy)
    {
        var nodes = problem.Index.Nodes.Length;
        (this.problem, this.occupancy) = (problem, occupancy);
        var positions = new RoomPositions(nodes, Resources);
        indexes = [.. Enumerable.Range(0, Resources * problem.Pools.Count).Select(i => new RoomIndex(positions, i % Resources))];
        isOpen = new bool[nodes];
        counted = new long[Resources * nodes];
        totals = new long[Resources * problem.Pools.Count];
    }

    /// <summary>To be told whenever a node's pods have changed.</summary>
    /// <param name="isUsed">Some pod keeps it.</param>
    public void Update(int node, bool isUsed)
    {
        if (!problem.MayTake[node])
        {
            return;
        }

        isOpen[node] = isUsed || (problem.NodeMicros[node] == 0 && !problem.Offered[node]);
        var first = Resources * problem.Pools.Of[node];
        for (var r = 0; r < Resources; r++)
        {
            var free = isOpen[node] ? Math.Max(0, occupancy.Free(node, r)) : 0;
            totals[first + r] += free - counted[Resources * node + r];
            counted[Resources * node + r] = free;
            if (isOpen[node]) { indexes[first + r].Set(node, free); }
            else { indexes[first + r].Remove(node); }
        }
    }

    /// <summary>Open nodes of the pool.</summary>
    public int CountOf(int pool) => indexes[Resources * pool].Count;

    /// <summary>The pool's nodes in the order of the resource of which the pod takes the larger part of all that is free: there most of those without room are passed over.</summary>
    public RoomIndex For(int pod, int pool, out long amount)
    {
        var (cpu, memory) = (problem.Request(pod, 0), problem.Request(pod, 1));
        var byMemory = (double)memory * totals[Resources * pool] > (double)cpu * totals[Resources * pool + 1];
        amount = byMemory ? memory : cpu;
        return indexes[Resources * pool + (byMemory ? 1 : 0)];
    }
}
