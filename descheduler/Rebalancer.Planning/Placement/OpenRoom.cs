using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Nodes that are paid for in any case and may take pods, by what they have free of processor and of memory.</summary>
internal sealed class OpenRoom
{
    private readonly PlacementProblem problem;
    private readonly Occupancy occupancy;
    private readonly RoomIndex[] indexes;
    private readonly bool[] isOpen;
    private readonly long[] counted;
    private readonly long[] totals = new long[2];

    public OpenRoom(PlacementProblem problem, Occupancy occupancy)
    {
        var nodes = problem.Index.Nodes.Length;
        (this.problem, this.occupancy) = (problem, occupancy);
        indexes = [new RoomIndex(nodes), new RoomIndex(nodes)];
        isOpen = new bool[nodes];
        counted = new long[2 * nodes];
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
        for (var r = 0; r < indexes.Length; r++)
        {
            var free = isOpen[node] ? Math.Max(0, occupancy.Free(node, r)) : 0;
            totals[r] += free - counted[2 * node + r];
            counted[2 * node + r] = free;
            if (isOpen[node]) { indexes[r].Set(node, free); }
            else { indexes[r].Remove(node); }
        }
    }

    /// <summary>The nodes in the order of the resource of which the pod takes the larger part of all that is free: there most of those without room are passed over.</summary>
    public RoomIndex For(int pod, out long amount)
    {
        var (cpu, memory) = (problem.Request(pod, 0), problem.Request(pod, 1));
        var byMemory = (double)memory * totals[0] > (double)cpu * totals[1];
        amount = byMemory ? memory : cpu;
        return indexes[byMemory ? 1 : 0];
    }
}
