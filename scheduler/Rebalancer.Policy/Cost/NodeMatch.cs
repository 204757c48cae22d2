using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>Nodes that a line of the policy is about. What is left out is not asked; nothing at all matches every node.</summary>
public sealed record NodeMatch
{
    public ImmutableArray<string> InstanceTypes { get; init; } = [];
    public ImmutableArray<CapacityType> CapacityTypes { get; init; } = [];
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool Matches(NodeInfo node)
        => (InstanceTypes.IsEmpty || InstanceTypes.Contains(node.Machine.InstanceType))
            && (CapacityTypes.IsEmpty || CapacityTypes.Contains(node.Machine.Capacity))
            && Labels.All(l => node.Labels.GetValueOrDefault(l.Key) == l.Value);
}

/// <summary>The price of some nodes, whatever else is known of them.</summary>
public sealed record PriceOverride(NodeMatch Where, Money PerHour);

/// <summary>Nodes that are paid for whether they run or not: a reservation, a savings plan.</summary>
/// <param name="Nodes">How many at once, &gt; 0.</param>
public sealed record Commitment(NodeMatch Where, int Nodes);
