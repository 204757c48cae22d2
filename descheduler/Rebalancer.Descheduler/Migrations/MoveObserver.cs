using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Reads from the local copies what a decision about one move needs.</summary>
internal sealed class MoveObserver(ClusterCache cache, PolicyLimits policies, TimeProvider clock)
{
    /// <summary>Null once the Migration is gone.</summary>
    public Observation? Observe(string ns, string name)
    {
        if (cache.Migrations.Get(ns, name) is not { } migration)
        {
            return null;
        }

        var namesake = cache.Pods.Get(ns, migration.Spec.PodName);
        var pinned = migration.Status.PodUID;
        var source = pinned is null || namesake?.Metadata.Uid == pinned ? namesake : null;
        return new Observation
        {
            Migration = migration,
            Namesake = namesake,
            Source = source,
            Replacement = Replacement(migration),
            Owner = Owner(migration, source),
            Cluster = View(ns, migration),
            Now = clock.GetUtcNow(),
            Limits = policies.Limits,
        };
    }

    private V1Pod? Replacement(Migration migration)
    {
        if (migration.Status.Claim is not { } claim)
        {
            return null;
        }

        var ns = migration.Metadata.NamespaceProperty;
        if (claim.PodName is { } bound)
        {
            var pod = cache.Pods.Get(ns, bound);
            if (pod?.Metadata.Uid == claim.PodUID) { return pod; }
            // Of a move that was given up, whoever carries the claim can never start, also one that was made after the bound one had been deleted.
            if (migration.Status.Decision != Decision.Aborted) { return null; }
        }

        return cache.Pods.List().FirstOrDefault(p => p.Metadata.NamespaceProperty == ns
            && p.Metadata.Uid != migration.Status.PodUID
            && PodMapping.Annotation(p, Names.ClaimAnnotation) == claim.Token
            && BelongsTo(p, migration.Status.Owner));
    }

    /// <summary>A token that somebody copied onto a pod of another owner is worth nothing.</summary>
    private static bool BelongsTo(V1Pod pod, OwnerRecord? owner)
        => owner is { Kind: not OwnerKinds.None }
            ? pod.Metadata.OwnerReferences?.Any(r => r.Controller == true && r.Uid == owner.Uid) == true
            : pod.Metadata.OwnerReferences?.Any(r => r.Controller == true) != true;

    private OwnerView? Owner(Migration migration, V1Pod? source)
    {
        var reference = source?.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true);
        var (kind, name, uid) = migration.Status.Owner is { Uid: not null } record ? (record.Kind, record.Name, record.Uid) : (reference?.Kind, reference?.Name, reference?.Uid);
        var view = name is null ? null : View(kind, migration.Metadata.NamespaceProperty, name);
        return view?.Uid == uid ? view : null;
    }

    private OwnerView? View(string? kind, string ns, string name) => kind switch
    {
        OwnerKinds.ReplicaSet => cache.ReplicaSets.Get(ns, name) is { } set ? OwnerViews.Of(set, cache.ReplicaSets.List().Where(r => r.Metadata.NamespaceProperty == ns)) : null,
        OwnerKinds.Job => cache.Jobs.Get(ns, name) is { } job ? OwnerViews.Of(job) : null,
        OwnerKinds.StatefulSet => cache.StatefulSets.Get(ns, name) is { } set ? OwnerViews.Of(set) : null,
        _ => null,
    };

    private ClusterView View(string ns, Migration migration) => new(
        new Lazy<ClusterSnapshot>(() => cache.Snapshot(migration)),
        [.. cache.Migrations.List().Where(m => m.Metadata.Uid != migration.Metadata.Uid)],
        [.. cache.Services.List().Where(s => s.Metadata.NamespaceProperty == ns)],
        [.. cache.Budgets.List().Where(b => b.Metadata.NamespaceProperty == ns).Select(ToBudget)],
        cache.RuntimeClasses.Get(null, Names.RuntimeHandler) is not null);

    private DisruptionBudget ToBudget(V1PodDisruptionBudget budget)
    {
        // A budget without a selector selects nothing.
        var selector = PlacementMapping.ToSelector(budget.Spec?.Selector) ?? new LabelSelector([new Requirement("", "In", [])]);
        var status = budget.Status;
        return new DisruptionBudget(
            budget.Metadata.Name,
            selector,
            status is not null && (status.ObservedGeneration ?? 0) >= (budget.Metadata.Generation ?? 0),
            status?.DisruptionsAllowed ?? 0,
            status?.CurrentHealthy ?? 0,
            status?.DesiredHealthy ?? 0,
            [.. status?.DisruptedPods?.Keys ?? []],
            [.. cache.Pods.List().Where(p => p.Metadata.NamespaceProperty == budget.Metadata.NamespaceProperty
                && selector.Matches((p.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty).AsReadOnly()))]);
    }
}
