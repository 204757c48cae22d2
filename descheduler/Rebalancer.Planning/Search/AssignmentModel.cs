using System.Runtime.Intrinsics;

namespace Rebalancer.Planning.Search;

/// <summary>
/// Items with requirements, bins with capacities, and where each item is at first. Immutable and shared by all threads; flat arrays with one row of
/// <see cref="Stride"/> numbers per item or bin.
/// </summary>
public sealed class AssignmentModel
{
    /// <summary>Sums of requirements stay far from the ends of long.</summary>
    private const long MaximumAmount = 1L << 52;

    internal readonly long[] Requirements;

    /// <summary>A requirement without the transient resources: what an item gives back at once when it leaves its first bin, and takes when it returns.</summary>
    internal readonly long[] LastingRequirements;
    internal readonly long[] Capacities;
    internal readonly int[] Initial;
    internal readonly int[] Movable;
    private readonly bool[] isMovable;
    private readonly double[] meanCapacities;
    private readonly double[] sizes;

    /// <param name="requirements">One row of resources per item; none negative.</param>
    /// <param name="capacities">One row of resources per bin. Where the first assignment exceeds one, it counts as large as that use: it may not grow worse.</param>
    /// <param name="initial">The first bin of each item.</param>
    /// <param name="isTransient">Per resource: an item that has left counts on its first bin too, as long as all moves take.</param>
    /// <param name="movable">Items that may move; null: all.</param>
    /// <exception cref="ArgumentException">Rows of different lengths, an amount below 0 or above 2^52, or an index outside; all of them at once.</exception>
    public AssignmentModel(long[][] requirements, long[][] capacities, int[] initial, bool[] isTransient, int[]? movable = null)
    {
        ModelCheck.Throw(ModelCheck.Errors(requirements, capacities, initial, isTransient, movable, MaximumAmount));
        ItemCount = requirements.Length;
        BinCount = capacities.Length;
        ResourceCount = isTransient.Length;
        Stride = Math.Max(1, (ResourceCount + Vector256<long>.Count - 1) / Vector256<long>.Count) * Vector256<long>.Count;
        Initial = [.. initial, -1];
        Movable = movable is null ? [.. Enumerable.Range(0, ItemCount)] : [.. movable.Order()];
        Requirements = Rows([.. requirements, new long[ResourceCount]], Stride);
        Capacities = Rows(capacities, Stride);
        LastingRequirements = isTransient.Contains(true) ? [.. Requirements] : Requirements;
        for (var i = 0; i < LastingRequirements.Length; i++)
        {
            if (i % Stride < ResourceCount && isTransient[i % Stride]) { LastingRequirements[i] = 0; }
        }
        RaiseToInitialUse();
        isMovable = new bool[ItemCount];
        foreach (var item in Movable) { isMovable[item] = true; }
        meanCapacities = [.. Enumerable.Range(0, Stride).Select(r => Enumerable.Range(0, BinCount).Average(b => (double)Capacities[b * Stride + r]))];
        sizes = [.. Enumerable.Range(0, ItemCount).Select(LargestShare)];
    }

    public int ItemCount { get; }
    public int BinCount { get; }
    public int ResourceCount { get; }

    /// <summary>Length of a row: the number of resources, rounded up to whole vectors.</summary>
    public int Stride { get; }

    /// <summary>The number of an item without requirements that is in no bin; it stands for "none" in compound moves.</summary>
    internal int NoItem => ItemCount;

    public ReadOnlySpan<int> InitialAssignment => Initial.AsSpan(0, ItemCount);

    internal bool HasTransient => !ReferenceEquals(LastingRequirements, Requirements);

    internal bool IsMovable(int item) => isMovable[item];

    /// <summary>The largest share of an average bin that the item needs of any resource.</summary>
    internal double SizeOf(int item) => sizes[item];

    /// <summary>An average bin's capacity.</summary>
    internal double MeanCapacity(int resource) => meanCapacities[resource];

    private double LargestShare(int item)
    {
        var largest = 0.0;
        for (var r = 0; r < ResourceCount; r++)
        {
            if (meanCapacities[r] > 0) { largest = Math.Max(largest, Requirements[item * Stride + r] / meanCapacities[r]); }
        }
        return largest;
    }

    private static long[] Rows(long[][] rows, int stride)
    {
        var flat = new long[rows.Length * stride];
        for (var i = 0; i < rows.Length; i++) { rows[i].CopyTo(flat.AsSpan(i * stride)); }
        return flat;
    }

    private void RaiseToInitialUse()
    {
        var use = new long[Capacities.Length];
        for (var item = 0; item < ItemCount; item++)
        {
            for (var r = 0; r < Stride; r++) { use[Initial[item] * Stride + r] += Requirements[item * Stride + r]; }
        }
        for (var i = 0; i < use.Length; i++) { Capacities[i] = Math.Max(Capacities[i], use[i]); }
    }
}
