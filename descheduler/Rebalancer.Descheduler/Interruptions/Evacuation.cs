using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>What a doomed node asks for.</summary>
/// <param name="Problems">An announcement that cannot be read; then nothing else is done.</param>
/// <param name="LookAgainAfter">When a move that failed may be tried again; null: when something changes.</param>
internal sealed record EvacuationPlan(
    ImmutableArray<Migration> Create, ImmutableArray<(V1Pod Pod, Refusal Refusal)> Immovable, ImmutableArray<InvalidField> Problems, TimeSpan? LookAgainAfter = null)
{
    public static readonly EvacuationPlan Nothing = new([], [], []);
}

/// <summary>Which pods leave a node that goes away. Pure.</summary>
internal static class Evacuation
{
    /// <summary>Tries for one pod, the first included.</summary>
    public const int MaxTries = 4;

    /// <summary>After the first failed try; doubled with every further one.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>Failures that are no property of the pod: another try can succeed.</summary>
    private static readonly string[] MayPass =
    [
        Reasons.AgentRestarted, Reasons.CheckpointFailed, Reasons.ClaimExpired, Reasons.FreezeBudgetExceeded, Reasons.OwnerChanged, Reasons.PeerUnreachable,
        Reasons.PhaseTimeout, Reasons.PodChanged, Reasons.RestoreFailed, Reasons.SourceLost, Reasons.TargetLost, Reasons.TargetNoRoom,
        Reasons.TargetOvercommit, Reasons.TransferFailed,
    ];

    /// <summary>One pod, one Migration for each try: the same however often the node is looked at.</summary>
    public static string NameOf(V1Pod pod, int attempt) => attempt == 1 ? "evacuate-" + pod.Metadata.Uid : $"evacuate-{pod.Metadata.Uid}-{attempt}";

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
        var tainted = node.Spec?.Taints?.Any(t => t.Key == Names.InterruptionTaint && !DeadlineTaint.IsOurs(t)) == true;
        if (over || (info.TerminatesAt is null && !tainted))
        {
            return EvacuationPlan.Nothing;
        }

        var create = ImmutableArray.CreateBuilder<Migration>();
        var immovable = ImmutableArray.CreateBuilder<(V1Pod, Refusal)>();
        TimeSpan? again = null;
        foreach (var pod in podsOfNode.Where(Leaves).OrderByDescending(p => p.Spec.Priority ?? 0).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal))
        {
            if (migrations.Any(m => MovesNow(m, pod)))
            {
                continue;
            }

            var (attempt, pause) = Try(pod, migrations, now);
            if (attempt is null || pause > TimeSpan.Zero)
            {
                again = attempt is null || again < pause ? again : pause;
                continue;
            }

            var refusals = MovabilityRefusals.Check(PodMapping.ToModel(pod, []), TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds), automatic: true);
            if (Refusal.Join(refusals) is { } refusal)
            {
                immovable.Add((pod, refusal));
            }
            else
            {
                create.Add(ToMigration(pod, attempt.Value, info.TerminatesAt));
            }
        }

        return new EvacuationPlan(create.ToImmutable(), immovable.ToImmutable(), [], again);
    }

    /// <summary>Which try is due, and in what time; null: no further one.</summary>
    private static (int? Attempt, TimeSpan Pause) Try(V1Pod pod, IReadOnlyCollection<Migration> migrations, DateTimeOffset now)
    {
        Migration? last = null;
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var name = NameOf(pod, attempt);
            if (migrations.FirstOrDefault(m => m.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && m.Metadata.Name == name) is { } made)
            {
                last = made;
                continue;
            }

            if (last is null)
            {
                return (attempt, TimeSpan.Zero);
            }

            var ended = last.Status.CompletedAt ?? now;
            var mayPass = last.Status.Phase is Phases.RolledBack or Phases.Failed && last.Status.Reason is { } reason && MayPass.Contains(reason);
            return (mayPass ? attempt : null, ended + (FirstPause * Math.Pow(2, attempt - 2)) - now);
        }

        return (null, TimeSpan.Zero);
    }

    /// <summary>A pod that is not running yet is looked at again when it is.</summary>
    private static bool Leaves(V1Pod pod)
        => pod.Status?.Phase == "Running"
            && pod.Metadata.DeletionTimestamp is null
            && pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") != true
            && PodMapping.Annotation(pod, "kubernetes.io/config.mirror") is null;

    /// <summary>Moving it, for whatever reason, or still bringing it here.</summary>
    private static bool MovesNow(Migration migration, V1Pod pod)
        => migration.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty
            && !Phases.IsFinal(migration.Status.Phase)
            && (migration.Status.PodUID == pod.Metadata.Uid || migration.Spec.PodUID == pod.Metadata.Uid || migration.Status.Claim?.PodUID == pod.Metadata.Uid);

    private static Migration ToMigration(V1Pod pod, int attempt, DateTimeOffset? deadline) => new()
    {
        Metadata = new V1ObjectMeta { Name = NameOf(pod, attempt), NamespaceProperty = pod.Metadata.NamespaceProperty },
        Spec = new MigrationSpec
        {
            PodName = pod.Metadata.Name,
            PodUID = pod.Metadata.Uid,
            Deadline = deadline,
            Reason = MoveReasons.Interruption,
            Priority = pod.Spec.Priority ?? 0,
        },
    };
}
