using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rebalancer.Planning.Search;

/// <summary>
/// An assignment that keeps every constraint, with its cost, and moves that are priced by what they change. A move is tried against a limit: first
/// the cheap filter, then capacity and cost of the bins it touches (nothing is allocated and nothing changed yet), and only what passes is shown to
/// the rules, which is undone when they object. Not thread-safe: each thread has its own.
/// </summary>
internal sealed partial class SearchState<TRules>
    where TRules : struct, IAssignmentRules
{
    private const long Misfit = long.MaxValue;
    private readonly AssignmentModel model;
    private readonly int stride;
    private readonly int[] bin;
    private readonly long[] usage;

    /// <summary>Use and, in transient resources, what items that have left still hold.</summary>
    private readonly long[] occupied;
    private readonly long[] binCost;
    private readonly long[] scratch;
    private readonly BinContents contents;
    private readonly BestSoFar best;
    private TRules rules;

    public SearchState(IAssignmentProblem<TRules> problem)
    {
        model = problem.Model;
        rules = problem.CreateRules();
        stride = model.Stride;
        bin = [.. model.Initial];
        usage = new long[model.Capacities.Length];
        occupied = new long[model.Capacities.Length];
        binCost = new long[model.BinCount];
        scratch = new long[stride];
        contents = new BinContents(model.InitialAssignment, model.BinCount);
        for (var item = 0; item < model.ItemCount; item++)
        {
            Add(usage, bin[item] * stride, model.Requirements, item * stride);
            Cost += rules.ItemCost(item, bin[item]);
        }
        usage.CopyTo(occupied, 0);
        for (var b = 0; b < model.BinCount; b++) { Cost += binCost[b] = rules.BinCost(b, usage.AsSpan(b * stride, stride), contents.Count(b)); }
        Cost += rules.SharedCost;
        best = new BestSoFar(bin, model.ItemCount, Cost);
    }

    public AssignmentModel Model => model;
    public long Cost { get; private set; }
    public int Violations => rules.Violations;
    public BinContents Contents => contents;
    public ReadOnlySpan<int> Assignment => bin.AsSpan(0, model.ItemCount);
    public BestSoFar Best => best;

    public int BinOf(int item) => bin[item];

    public long CostOf(int b) => binCost[b];

    public bool IsOverfull(int b)
    {
        for (var i = b * stride; i < (b + 1) * stride; i++)
        {
            if (occupied[i] > model.Capacities[i]) { return true; }
        }
        return false;
    }

    /// <summary>Goes to an assignment that is known to be feasible.</summary>
    public void MoveTo(ReadOnlySpan<int> assignment)
    {
        for (var item = 0; item < assignment.Length; item++)
        {
            if (assignment[item] != bin[item]) { Place(item, assignment[item]); }
        }
    }

    /// <summary>Takes an item out, or puts it somewhere, without a check; -1 is nowhere. What an item costs nowhere is 0.</summary>
    public void Place(int item, int to)
    {
        var from = bin[item];
        var before = rules.SharedCost;
        rules.Move(item, from, to);
        Cost += rules.SharedCost - before;
        if (from >= 0) { Cost -= rules.ItemCost(item, from); }
        if (to >= 0) { Cost += rules.ItemCost(item, to); }
        Transfer(item, to);
        if (from >= 0) { Reprice(from); }
        if (to >= 0) { Reprice(to); }
    }

    /// <summary>Moves the item's use. Cost and rules are the caller's.</summary>
    private void Transfer(int item, int to)
    {
        var from = bin[item];
        var first = model.Initial[item];
        var row = item * stride;
        if (from >= 0)
        {
            Subtract(usage, from * stride, model.Requirements, row);
            Subtract(occupied, from * stride, from == first ? model.LastingRequirements : model.Requirements, row);
        }
        if (to >= 0)
        {
            Add(usage, to * stride, model.Requirements, row);
            Add(occupied, to * stride, to == first ? model.LastingRequirements : model.Requirements, row);
        }
        contents.Move(item, from, to);
        bin[item] = to;
        best.Touch(item);
    }

    private void Reprice(int b)
    {
        var cost = rules.BinCost(b, usage.AsSpan(b * stride, stride), contents.Count(b));
        Cost += cost - binCost[b];
        binCost[b] = cost;
    }

    /// <summary>Cost of the bin after one item leaves and another enters (the model's NoItem for none), or <see cref="Misfit"/> when that exceeds its capacity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long CostWith(int b, int leaving, int entering, int itemCount)
    {
        ref var needs = ref MemoryMarshal.GetArrayDataReference(model.Requirements);
        ref var lasting = ref MemoryMarshal.GetArrayDataReference(model.LastingRequirements);
        ref var minus = ref Unsafe.Add(ref needs, leaving * stride);
        ref var plus = ref Unsafe.Add(ref needs, entering * stride);
        ref var given = ref Unsafe.Add(ref model.Initial[leaving] == b ? ref lasting : ref needs, leaving * stride);
        ref var taken = ref Unsafe.Add(ref model.Initial[entering] == b ? ref lasting : ref needs, entering * stride);
        ref var held = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(occupied), b * stride);
        ref var capacity = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(model.Capacities), b * stride);
        ref var used = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(usage), b * stride);
        ref var result = ref MemoryMarshal.GetArrayDataReference(scratch);
        for (nuint i = 0; i < (nuint)stride; i += (nuint)Vector256<long>.Count)
        {
            var after = Vector256.LoadUnsafe(ref held, i) - Vector256.LoadUnsafe(ref given, i) + Vector256.LoadUnsafe(ref taken, i);
            if (Vector256.GreaterThanAny(after, Vector256.LoadUnsafe(ref capacity, i))) { return Misfit; }
            (Vector256.LoadUnsafe(ref used, i) - Vector256.LoadUnsafe(ref minus, i) + Vector256.LoadUnsafe(ref plus, i)).StoreUnsafe(ref result, i);
        }
        return rules.BinCost(b, scratch, itemCount);
    }

    private void Add(long[] sum, int at, long[] rows, int row)
    {
        for (var r = 0; r < stride; r++) { sum[at + r] += rows[row + r]; }
    }

    private void Subtract(long[] sum, int at, long[] rows, int row)
    {
        for (var r = 0; r < stride; r++) { sum[at + r] -= rows[row + r]; }
    }
}
