using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>Whether a pod may be tried to move, and when.</summary>
/// <param name="Attempt">Which try is next; null: no further one.</param>
/// <param name="Pause">Until then.</param>
internal readonly record struct NextTry(int? Attempt, TimeSpan Pause);

/// <summary>The tries to move one pod off its node: their names, and how often and when there is another. Pure.</summary>
internal static class Tries
{
    /// <summary>Tries for one pod, the first included.</summary>
    public const int Max = 4;

    /// <summary>Beginning of the names of all Migrations that are made here.</summary>
    public const string Prefix = "evacuate-";

    /// <summary>After the first failed try; doubled with every further one.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>Failures that are no property of the pod: another try can succeed.</summary>
    internal static readonly string[] MayPass =
    [
        Reasons.AgentRestarted, Reasons.CheckpointFailed, Reasons.ClaimExpired, Reasons.FreezeBudgetExceeded, Reasons.OwnerChanged, Reasons.PeerUnreachable,
        Reasons.PhaseTimeout, Reasons.PodChanged, Reasons.RestoreFailed, Reasons.SourceLost, Reasons.TargetLost, Reasons.TargetNoRoom,
        Reasons.TargetOvercommit, Reasons.TransferFailed,
    ];

    /// <summary>One pod, one Migration for each try: the same however often the node is looked at.</summary>
    public static string NameOf(V1Pod pod, int attempt) => attempt == 1 ? Prefix + pod.Metadata.Uid : $"{Prefix}{pod.Metadata.Uid}-{attempt}";

    /// <param name="ofPod">Migrations of the pod's namespace and UID.</param>
    /// <param name="end">Of the node, as it is announced now.</param>
    public static NextTry Next(V1Pod pod, IReadOnlyCollection<Migration> ofPod, DateTimeOffset? end, DateTimeOffset now)
    {
        Migration? last = null;
        for (var attempt = 1; attempt <= Max; attempt++)
        {
            var name = NameOf(pod, attempt);
            if (ofPod.FirstOrDefault(m => m.Metadata.Name == name) is { } made)
            {
                last = made;
                continue;
            }

            if (last is null)
            {
                return new NextTry(attempt, TimeSpan.Zero);
            }

            var ended = last.Status.CompletedAt ?? now;
            return new NextTry(CanPass(last, end) ? attempt : null, ended + (FirstPause * Math.Pow(2, attempt - 2)) - now);
        }

        return new NextTry(null, TimeSpan.Zero);
    }

    /// <summary>A deadline that was put off since leaves time for another try.</summary>
    private static bool CanPass(Migration last, DateTimeOffset? end)
        => last.Status is { Phase: Phases.RolledBack or Phases.Failed, Reason: { } reason }
            && (MayPass.Contains(reason) || (reason == Reasons.DeadlineExceeded && (end is null || end > last.Spec.Deadline + TimeSpan.FromMinutes(1))));
}
