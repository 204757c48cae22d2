namespace Rebalancer.Benchmarks.Vmr;

/// <summary>
/// A lower bound of the fragment rate. A migration takes vCPUs from one NUMA node and gives them to another, so that the sum of their fragments, at
/// most 30, changes by a multiple of 16: it falls by at most 16 for each NUMA node that the VM uses. And in a cluster no more whole slots can be free
/// than its free vCPUs make.
/// </summary>
internal static class VmrBound
{
    public static double Rate(VmrSnapshot snapshot, int moves)
    {
        var free = snapshot.Hosts.Sum(h => h.FreeCpu.Sum());
        var fragments = snapshot.Hosts.Sum(h => h.FreeCpu.Sum(f => f % VmrSnapshot.SlotCpu));
        var wide = Math.Min(moves, snapshot.Vms.Count(v => v.IsMovable && v.Layout == VmrLayout.Both));
        var afterMoves = fragments - VmrSnapshot.SlotCpu * (VmrSnapshot.NumaNodes * wide + (moves - wide));
        var afterAll = snapshot.Hosts.GroupBy(h => h.Cluster).Sum(c => c.Sum(h => h.FreeCpu.Sum()) % VmrSnapshot.SlotCpu);
        return (double)Math.Max(afterMoves, afterAll) / Math.Max(1, free);
    }
}
