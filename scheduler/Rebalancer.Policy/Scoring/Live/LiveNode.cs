using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>A node with all that a score needs worked out. Immutable.</summary>
public sealed class LiveNode
{
    internal LiveNode(NodeInfo info, NodePrice price, Hazard hazard, long[] allocatable, long[] free, int podCount, ImmutableArray<Reservation> reservations)
    {
        Info = info;
        Price = price;
        UsdPerHour = (double)price.PerHour.Usd;
        Hazard = hazard;
        Allocatable = allocatable;
        Free = free;
        PodCount = podCount;
        Reservations = reservations;
        HasSoftTaints = PreferenceRules.HasSoftTaints(info);
    }

    public NodeInfo Info { get; }

    public NodePrice Price { get; }

    public Hazard Hazard { get; }

    /// <summary>Pods of running moves that are on their way here.</summary>
    public ImmutableArray<Reservation> Reservations { get; }

    /// <summary>Pods on the node and on their way to it.</summary>
    public int PodCount { get; }

    internal double UsdPerHour { get; }

    internal bool HasSoftTaints { get; }

    /// <summary>Amounts by column.</summary>
    internal long[] Allocatable { get; }

    /// <summary>What neither pods nor reservations hold; below 0 where the node holds more than it has.</summary>
    internal long[] Free { get; }
}
