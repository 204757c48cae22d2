using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>A node, and what its pods hold; pods may be known before their node is.</summary>
internal sealed class NodeSlot
{
    private NodeInfo? info;
    private NodePrice price = null!;
    private Hazard hazard;
    private long[] allocatable = [];
    private long[] used = [];
    private int podCount;

    public ImmutableArray<Reservation> Reservations { get; set; } = [];

    public bool IsKnown => info is not null;

    public bool IsEmpty => info is null && podCount == 0 && Reservations.IsEmpty;

    public void Set(NodeInfo? node, NodePrice itsPrice, Hazard itsHazard, long[] itsAllocatable)
        => (info, price, hazard, allocatable) = (node, itsPrice, itsHazard, itsAllocatable);

    public void Forget() => info = null;

    public void Change(long[] requests, int change)
    {
        Add(ref used, requests, change);
        podCount += change;
    }

    /// <param name="row">Amounts by column of what a reservation holds.</param>
    public LiveNode ToNode(Func<Reservation, long[]> row)
    {
        long[] free = [.. allocatable];
        Add(ref free, used, -1);
        foreach (var reservation in Reservations)
        {
            Add(ref free, row(reservation), -1);
        }

        return new LiveNode(info!, price, hazard, allocatable, free, podCount + Reservations.Length, Reservations);
    }

    private static void Add(ref long[] sum, long[] row, int factor)
    {
        if (sum.Length < row.Length)
        {
            Array.Resize(ref sum, row.Length);
        }

        for (var r = 0; r < row.Length; r++)
        {
            sum[r] += factor * row[r];
        }
    }
}
