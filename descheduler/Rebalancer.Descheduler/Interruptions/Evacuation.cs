using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>What a doomed node asks for.</summary>
/// <param name="Problems">An announcement that cannot be read; then nothing else is done.</param>
internal sealed record EvacuationPlan(ImmutableArray<Migration> Create, ImmutableArray<(V1Pod Pod, Refusal Refusal)> Immovable, ImmutableArray<InvalidField> Problems)
{
    public static readonly EvacuationPlan Nothing = new([], [], []);
}

/// <summary>Which pods leave a node that goes away. Pure.</summary>
internal static class Evacuation
{
    public const string Reason = "Interruption";

    /// <summary>One pod, one Migration: the same however often the node is looked at.</summary>
    public static string NameOf(V1Pod pod) => "evacuate-" + pod.Metadata.Uid;

    public static EvacuationPlan Plan(V1Node node, IEnumerable<V1Pod> podsOfNode, IReadOnlyCollection<Migration> migrations, MoveLimits limits, DateTimeOffset now)
    {
        var problems = new List<InvalidField>();
        var info = NodeMapping.ToModel(node, problems);
        var unreadable = problems.Where(p => p.Field.Contains(Names.TerminatesAt, StringComparison.Ordinal)).ToImmutableArray();
        if (!unreadable.IsEmpty)
        {
            return EvacuationPlan.Nothing with { Problems = unreadable };
        }

        var over = info.TerminatesAt is { } end && end <= now;
        if (over || (info.TerminatesAt is null && !info.Interrupted))
        {
            return EvacuationPlan.Nothing;
        }

        var create = ImmutableArray.CreateBuilder<Migration>();
        var immovable = ImmutableArray.CreateBuilder<(V1Pod, Refusal)>();
        foreach (var pod in podsOfNode.Where(Leaves).OrderByDescending(p => p.Spec.Priority ?? 0).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal))
        {
            if (migrations.Any(m => Moves(m, pod)))
            {
                continue;
            }

            var refusals = Movability.Check(PodMapping.ToModel(pod, []), TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds), automatic: true);
            if (Refusal.Join(refusals) is { } refusal)
            {
                immovable.Add((pod, refusal));
            }
            else
            {
                create.Add(ToMigration(pod, info.TerminatesAt));
            }
        }

        return new EvacuationPlan(create.ToImmutable(), immovable.ToImmutable(), []);
    }

    /// <summary>A pod that is not running yet is looked at again when it is.</summary>
    private static bool Leaves(V1Pod pod)
        => pod.Status?.Phase == "Running"
            && pod.Metadata.DeletionTimestamp is null
            && pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") != true
            && PodMapping.Annotation(pod, "kubernetes.io/config.mirror") is null;

    /// <summary>Made for this pod once, or moving it now for another reason, or still bringing it here.</summary>
    private static bool Moves(Migration migration, V1Pod pod)
        => migration.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty
            && (migration.Metadata.Name == NameOf(pod)
                || (!Phases.IsFinal(migration.Status.Phase) && (migration.Status.PodUID == pod.Metadata.Uid || migration.Status.Claim?.PodUID == pod.Metadata.Uid)));

    private static Migration ToMigration(V1Pod pod, DateTimeOffset? deadline) => new()
    {
        Metadata = new V1ObjectMeta { Name = NameOf(pod), NamespaceProperty = pod.Metadata.NamespaceProperty },
        Spec = new MigrationSpec
        {
            PodName = pod.Metadata.Name,
            PodUID = pod.Metadata.Uid,
            Deadline = deadline,
            Reason = Reason,
            Priority = pod.Spec.Priority ?? 0,
        },
    };
}
