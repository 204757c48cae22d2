using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Vmr;

/// <summary>The cost is that of the NUMA nodes, and belongs to no single bin.</summary>
internal struct VmrRules(VmrSnapshot snapshot, AssignmentModel model, VmrRoom room) : IAssignmentRules
{
    private readonly VmrRoom room = room;
    private readonly int[] clusterOfHost = [.. snapshot.Hosts.Select(h => h.Cluster)];
    private readonly int[] clusterOfVm = [.. snapshot.Vms.Select(v => v.Cluster)];
    private readonly bool[] usesBoth = [.. snapshot.Vms.Select(v => v.Layout == VmrLayout.Both)];
    private readonly int[] initial = [.. model.InitialAssignment];

    public readonly long SharedCost => room.Cost;

    public readonly int Violations => room.Violations;

    public readonly long BinCost(int bin, ReadOnlySpan<long> usage, int itemCount) => 0;

    public readonly long ItemCost(int item, int bin) => 0;

    /// <summary>Home, or the right kind of place in the right cluster, on another host, with room. That another VM might make room is not looked into.</summary>
    public readonly bool MayPlace(int item, int bin)
    {
        var host = bin / VmrLayout.Count;
        return bin == initial[item]
            || (usesBoth[item] == (bin % VmrLayout.Count == VmrLayout.Both) && clusterOfHost[host] == clusterOfVm[item] && host != initial[item] / VmrLayout.Count && room.HasRoom(item, bin));
    }

    public readonly void Move(int item, int from, int to) => room.Move(item, from, to);
}
