using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Everything that a decision about one move may depend on.</summary>
internal sealed record Observation
{
    public required Migration Migration { get; init; }

    /// <summary>The pod pinned by the Migration; before it is pinned, the pod of that name. Null once that very pod is gone.</summary>
    public V1Pod? Source { get; init; }

    /// <summary>The pod that has the source's name now, whichever it is.</summary>
    public V1Pod? Namesake { get; init; }

    /// <summary>The pod that carries the claim's token (the bound one, once one is bound).</summary>
    public V1Pod? Replacement { get; init; }

    /// <summary>The controller that owns, or owned, the source; null: it has none, or is gone.</summary>
    public OwnerView? Owner { get; init; }

    public required ClusterView Cluster { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required MoveLimits Limits { get; init; }

    public MigrationStatus Status => Migration.Status;
    public string Phase => Status.Phase ?? "";
    public string FullName => Migration.Metadata.NamespaceProperty + "/" + Migration.Metadata.Name;
    public TimeSpan PhaseAge => Now - (Status.PhaseStartedAt ?? Now);
}

/// <summary>The rest of the cluster, as far as a move must heed it.</summary>
internal sealed record ClusterView(
    Lazy<ClusterSnapshot> Snapshot,
    ImmutableArray<Migration> OtherMigrations,
    ImmutableArray<V1Service> Services,
    ImmutableArray<DisruptionBudget> Budgets,
    bool RuntimeClassExists)
{
    public static readonly ClusterView Empty = new(new Lazy<ClusterSnapshot>(ClusterSnapshot.Empty), [], [], [], RuntimeClassExists: true);
}

/// <summary>A PodDisruptionBudget of the pod's namespace and the pods that it selects.</summary>
internal sealed record DisruptionBudget(
    string Name,
    LabelSelector Selector,
    bool StatusIsCurrent,
    int DisruptionsAllowed,
    int CurrentHealthy,
    int DesiredHealthy,
    ImmutableHashSet<string> DisruptedPods,
    ImmutableArray<V1Pod> Pods);
