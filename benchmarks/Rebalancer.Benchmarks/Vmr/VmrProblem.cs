using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Vmr;

/// <summary>
/// VM rescheduling on the planner's search. VMs are items; a bin is a host with the choice of its NUMA nodes (first, second, both), so that the room of
/// three bins is shared, which the rules follow. The budget of migrations is a constraint like the others.
/// </summary>
/// <param name="snapshot">The hosts and VMs.</param>
/// <param name="budget">VMs that may be away from where they are now.</param>
internal sealed class VmrProblem(VmrSnapshot snapshot, int budget) : IAssignmentProblem<VmrRules>
{
    public AssignmentModel Model { get; } = new(
        [.. snapshot.Vms.Select(v => new long[] { v.Cpu })],
        [.. Enumerable.Range(0, snapshot.Hosts.Count * VmrLayout.Count).Select(_ => new long[] { snapshot.Vms.Sum(v => (long)v.Cpu) })],
        [.. snapshot.Vms.Select(BinOf)], [false], [.. snapshot.Vms.Select((v, i) => (v, i)).Where(x => x.v.IsMovable).Select(x => x.i)]);

    public static int BinOf(VmrVm vm) => vm.Host * VmrLayout.Count + vm.Layout;

    public VmrRules CreateRules() => new(snapshot, Model, new VmrRoom(snapshot, budget));
}
