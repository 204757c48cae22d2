namespace Rebalancer.Benchmarks.Vmr;

/// <summary>Hosts of two NUMA nodes and the machines (VMs) on them, as a file of the VM rescheduling data sets states them.</summary>
/// <param name="Groups">Indexes of VMs that belong on different hosts.</param>
internal sealed record VmrSnapshot(IReadOnlyList<VmrHost> Hosts, IReadOnlyList<VmrVm> Vms, IReadOnlyList<int[]> Groups)
{
    public const int NumaNodes = 2;

    /// <summary>A node's free vCPUs beyond the last multiple of this are fragments: the size of the VM type that counts.</summary>
    public const int SlotCpu = 16;
}

/// <param name="FreeCpu">Per NUMA node; the VMs' vCPUs are subtracted already.</param>
internal sealed record VmrHost(string Id, int Cluster, int[] FreeCpu, long[] FreeMemoryMb);

/// <param name="Layout">The NUMA node it is in, or <see cref="VmrLayout.Both"/>.</param>
/// <param name="Cpu">vCPUs in each NUMA node that it uses.</param>
internal sealed record VmrVm(string Id, int Cluster, int Host, int Layout, int Cpu, long MemoryMb, bool IsMovable);

/// <summary>Which NUMA nodes of a host a VM uses.</summary>
internal static class VmrLayout
{
    public const int Both = 2;
    public const int Count = 3;

    public static bool Uses(int layout, int numa) => layout == numa || layout == Both;
}
