using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>
/// The challenge's costs and constraints, followed move by move: how many processes of each service are on each machine, in each neighbourhood and
/// at each location, and how many of each service are away from home.
/// </summary>
internal struct RoadefRules(RoadefTables tables, RoadefCounts counts) : IAssignmentRules
{
    private readonly RoadefTables tables = tables;
    private readonly RoadefCounts counts = counts;

    public readonly long SharedCost => tables.ServiceMoveWeight * counts.MostMovedInAService;

    public readonly int Violations => counts.Violations;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long BinCost(int bin, ReadOnlySpan<long> usage, int itemCount)
    {
        ref var used = ref MemoryMarshal.GetReference(usage);
        ref var safe = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(tables.SafetyCapacity), bin * usage.Length);
        var sum = Vector256<long>.Zero;
        if (tables.UniformLoadWeight is var uniform and >= 0)
        {
            for (nuint i = 0; i < (nuint)usage.Length; i += (nuint)Vector256<long>.Count)
            {
                sum += Vector256.Max(Vector256.LoadUnsafe(ref used, i) - Vector256.LoadUnsafe(ref safe, i), Vector256<long>.Zero);
            }
            return Vector256.Sum(sum) * uniform + BalanceCost(bin, usage);
        }
        ref var weights = ref MemoryMarshal.GetArrayDataReference(tables.LoadWeight);
        for (nuint i = 0; i < (nuint)usage.Length; i += (nuint)Vector256<long>.Count)
        {
            sum += Vector256.Max(Vector256.LoadUnsafe(ref used, i) - Vector256.LoadUnsafe(ref safe, i), Vector256<long>.Zero) * Vector256.LoadUnsafe(ref weights, i);
        }
        return Vector256.Sum(sum) + BalanceCost(bin, usage);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long ItemCost(int item, int bin)
    {
        var first = tables.Initial[item];
        return first == bin || bin < 0 ? 0 : tables.MoveCost[item] + tables.MachineMoveCost[first][bin];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool MayPlace(int item, int bin) => counts.OnMachine(tables.Service[item], bin) == 0;

    public readonly void Move(int item, int from, int to) => counts.Move(item, from, to);

    private readonly long BalanceCost(int bin, ReadOnlySpan<long> usage)
    {
        var cost = 0L;
        foreach (var (first, second, target, weight) in tables.Balances)
        {
            var free1 = tables.Capacity[bin * usage.Length + first] - usage[first];
            var free2 = tables.Capacity[bin * usage.Length + second] - usage[second];
            cost += weight * Math.Max(0, target * free1 - free2);
        }
        return cost;
    }
}
