namespace Rebalancer.Benchmarks.Vmr;

/// <summary>
/// What is free in each NUMA node, which groups share a host, and how many VMs have moved. A VM that moves keeps its first place occupied, so that the
/// migrations can be made in any order. Each thread has its own.
/// </summary>
internal sealed class VmrRoom
{
    /// <summary>A fragment's weight in the cost; beside it stands a bonus for uneven fragments, which are nearer to a whole slot or to none.</summary>
    private const long FragmentCost = 1000;
    private const long UnevenBonus = 12;
    private readonly VmrSnapshot snapshot;
    private readonly int[] initial;
    private readonly int budget;
    private readonly int[] freeCpu;
    private readonly int[] roomCpu;
    private readonly long[] roomMemory;
    private readonly int[] groupOf;
    private readonly int[] groupOnHost;
    private readonly int allowedConflicts;
    private int conflicts;
    private int overfull;
    private int away;

    public VmrRoom(VmrSnapshot snapshot, int budget)
    {
        this.snapshot = snapshot;
        this.budget = budget;
        initial = [.. snapshot.Vms.Select(VmrProblem.BinOf)];
        freeCpu = [.. snapshot.Hosts.SelectMany(h => h.FreeCpu)];
        roomCpu = [.. freeCpu];
        roomMemory = [.. snapshot.Hosts.SelectMany(h => h.FreeMemoryMb)];
        groupOf = [.. Enumerable.Repeat(-1, snapshot.Vms.Count)];
        for (var g = 0; g < snapshot.Groups.Count; g++)
        {
            foreach (var vm in snapshot.Groups[g]) { groupOf[vm] = g; }
        }
        groupOnHost = new int[Math.Max(1, snapshot.Groups.Count) * snapshot.Hosts.Count];
        for (var vm = 0; vm < initial.Length; vm++) { Group(vm, snapshot.Vms[vm].Host, 1); }
        allowedConflicts = conflicts;
        Cost = freeCpu.Sum(CostOf);
    }

    public long Cost { get; private set; }

    public int Violations => overfull + Math.Max(0, conflicts - allowedConflicts) + Math.Max(0, away - budget);

    public void Move(int vm, int from, int to)
    {
        if (from >= 0) { Change(vm, from, -1); }
        if (to >= 0) { Change(vm, to, 1); }
        away += (to != initial[vm] ? 1 : 0) - (from != initial[vm] ? 1 : 0);
    }

    /// <summary>Whether there is room besides all VMs that are there or were there at first.</summary>
    public bool HasRoom(int vm, int bin)
    {
        var (host, layout) = (bin / VmrLayout.Count, bin % VmrLayout.Count);
        for (var numa = 0; numa < VmrSnapshot.NumaNodes; numa++)
        {
            var node = host * VmrSnapshot.NumaNodes + numa;
            if (VmrLayout.Uses(layout, numa) && (roomCpu[node] < snapshot.Vms[vm].Cpu || roomMemory[node] < snapshot.Vms[vm].MemoryMb)) { return false; }
        }
        return true;
    }

    private static long CostOf(int free)
    {
        var fragment = free & (VmrSnapshot.SlotCpu - 1);
        return FragmentCost * fragment - UnevenBonus * fragment * fragment;
    }

    /// <param name="sign">1: the VM enters; -1: it leaves.</param>
    private void Change(int vm, int bin, int sign)
    {
        var (host, layout) = (bin / VmrLayout.Count, bin % VmrLayout.Count);
        var (cpu, memory) = (sign * snapshot.Vms[vm].Cpu, sign * snapshot.Vms[vm].MemoryMb);
        for (var numa = 0; numa < VmrSnapshot.NumaNodes; numa++)
        {
            if (!VmrLayout.Uses(layout, numa)) { continue; }
            var node = host * VmrSnapshot.NumaNodes + numa;
            Cost -= CostOf(freeCpu[node]);
            freeCpu[node] -= cpu;
            Cost += CostOf(freeCpu[node]);
            if (bin == initial[vm]) { continue; }
            if (IsOverfull(node)) { overfull--; }
            roomCpu[node] -= cpu;
            roomMemory[node] -= memory;
            if (IsOverfull(node)) { overfull++; }
        }
        if (bin != initial[vm]) { Group(vm, host, sign); }
    }

    private bool IsOverfull(int node) => roomCpu[node] < 0 || roomMemory[node] < 0;

    private void Group(int vm, int host, int sign)
    {
        if (groupOf[vm] < 0) { return; }
        ref var count = ref groupOnHost[groupOf[vm] * snapshot.Hosts.Count + host];
        conflicts += sign > 0 ? count : 1 - count;
        count += sign;
    }
}
