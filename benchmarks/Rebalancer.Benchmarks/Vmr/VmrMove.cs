namespace Rebalancer.Benchmarks.Vmr;

/// <summary>One migration: the VM goes to these NUMA nodes of another host.</summary>
internal readonly record struct VmrMove(int Vm, int Host, int Layout);
