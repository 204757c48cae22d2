namespace Rebalancer.Benchmarks.Vmr;

/// <summary>
/// Makes migrations one by one on a copy of the snapshot and checks every step from the data set's rules. Shares no code with the search's adapter, so
/// that an error there cannot hide itself.
/// </summary>
internal sealed class VmrReplay
{
    private readonly VmrSnapshot snapshot;
    private readonly int[][] cpu;
    private readonly long[][] memory;
    private readonly (int Host, int Layout)[] place;

    public VmrReplay(VmrSnapshot snapshot)
    {
        this.snapshot = snapshot;
        cpu = [.. snapshot.Hosts.Select(h => h.FreeCpu.ToArray())];
        memory = [.. snapshot.Hosts.Select(h => h.FreeMemoryMb.ToArray())];
        place = [.. snapshot.Vms.Select(v => (v.Host, v.Layout))];
    }

    /// <summary>Sum over NUMA nodes of (free vCPUs mod 16).</summary>
    public int Fragments => cpu.Sum(host => host.Sum(free => free % VmrSnapshot.SlotCpu));

    /// <summary>Fragments as a share of all free vCPUs.</summary>
    public double FragmentRate => (double)Fragments / Math.Max(1, cpu.Sum(host => host.Sum()));

    /// <summary>Why the migration cannot be made now, or null after it has been made.</summary>
    public string? Make(VmrMove move)
    {
        var vm = snapshot.Vms[move.Vm];
        var (from, layout) = place[move.Vm];
        if (Refusal(vm, move, from) is { } refusal) { return $"{vm.Id} to {snapshot.Hosts[move.Host].Id}: {refusal}"; }
        for (var n = 0; n < VmrSnapshot.NumaNodes; n++)
        {
            if (VmrLayout.Uses(layout, n)) { (cpu[from][n], memory[from][n]) = (cpu[from][n] + vm.Cpu, memory[from][n] + vm.MemoryMb); }
            if (VmrLayout.Uses(move.Layout, n)) { (cpu[move.Host][n], memory[move.Host][n]) = (cpu[move.Host][n] - vm.Cpu, memory[move.Host][n] - vm.MemoryMb); }
        }
        place[move.Vm] = (move.Host, move.Layout);
        return null;
    }

    private string? Refusal(VmrVm vm, VmrMove move, int from)
    {
        if (!vm.IsMovable) { return "it may not move"; }
        if (move.Host == from) { return "it is there already"; }
        if (snapshot.Hosts[move.Host].Cluster != vm.Cluster) { return "the host is in another cluster"; }
        if ((vm.Layout == VmrLayout.Both) != (move.Layout == VmrLayout.Both)) { return "the number of NUMA nodes differs"; }
        for (var n = 0; n < VmrSnapshot.NumaNodes; n++)
        {
            if (VmrLayout.Uses(move.Layout, n) && (cpu[move.Host][n] < vm.Cpu || memory[move.Host][n] < vm.MemoryMb))
            {
                return $"NUMA node {n} has {cpu[move.Host][n]} vCPU and {memory[move.Host][n]} MB free of the {vm.Cpu} and {vm.MemoryMb} needed";
            }
        }
        var others = snapshot.Groups.Where(g => g.Contains(move.Vm)).SelectMany(g => g).Where(other => other != move.Vm && place[other].Host == move.Host);
        return others.Any() ? $"{snapshot.Vms[others.First()].Id} of its group is there" : null;
    }
}
