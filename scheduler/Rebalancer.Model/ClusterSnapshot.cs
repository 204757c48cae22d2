using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>The cluster at one moment. Reservations are pods on their way to a node that does not list them yet.</summary>
public sealed record ClusterSnapshot(ImmutableArray<NodeInfo> Nodes, ImmutableArray<PodInfo> Pods, ImmutableArray<Reservation> Reservations)
{
    public static readonly ClusterSnapshot Empty = new([], [], []);

    public NodeInfo? Node(string name) => Nodes.FirstOrDefault(n => n.Name == name);
}

/// <summary>Room on a node that a running move will take for this pod.</summary>
public sealed record Reservation(string Node, PodInfo Pod);

/// <summary>Something read from the cluster that does not make sense: which object, which field, what stands there and what was expected.</summary>
public sealed record InvalidField(string Item, string Field, string Value, string Expected)
{
    public override string ToString() => $"{Item}: {Field} is '{Value}', expected {Expected}";
}
