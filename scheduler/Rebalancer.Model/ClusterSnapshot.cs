using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>The cluster at one moment. Reservations are pods on their way to a node that does not list them yet.</summary>
public sealed record ClusterSnapshot(ImmutableArray<NodeInfo> Nodes, ImmutableArray<PodInfo> Pods, ImmutableArray<Reservation> Reservations)
{
    public static readonly ClusterSnapshot Empty = new([], [], []);

    public ImmutableArray<BudgetInfo> Budgets { get; init; } = [];
    public StorageInfo Storage { get; init; } = StorageInfo.None;
    public ImmutableArray<PriorityClassInfo> PriorityClasses { get; init; } = [];
    public ImmutableArray<WorkloadInfo> Workloads { get; init; } = [];

    public NodeInfo? Node(string name) => Nodes.FirstOrDefault(n => n.Name == name);
}

/// <summary>Room on a node that a running move will take for this pod.</summary>
public sealed record Reservation(string Node, PodInfo Pod);

/// <summary>Global is the class of pods that name none.</summary>
public sealed record PriorityClassInfo(string Name, int Value, bool Global);

/// <summary>What makes pods: a ReplicaSet, Deployment, StatefulSet, DaemonSet, Job or ReplicationController.</summary>
/// <param name="Owner">What makes this workload in its turn, such as the Deployment of a ReplicaSet.</param>
/// <param name="Replicas">Pods asked for; null where the kind has no such number.</param>
public sealed record WorkloadInfo(string Kind, string Namespace, string Name, string Uid, OwnerInfo? Owner, int? Replicas);

/// <summary>Something read from the cluster that does not make sense: which object, which field, what stands there and what was expected.</summary>
public sealed record InvalidField(string Item, string Field, string Value, string Expected)
{
    public override string ToString() => $"{Item}: {Field} is '{Value}', expected {Expected}";
}
