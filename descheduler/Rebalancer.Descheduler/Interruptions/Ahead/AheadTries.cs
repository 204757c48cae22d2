using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>Whether a pod may be copied ahead again, and under which name. Pure.</summary>
internal static class AheadTries
{
    private const string Prefix = "ahead-";
    private const int MaxDoublings = 4;

    /// <summary>After a copy that broke off; doubled with every further one.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    public static bool AreOf(Migration migration) => migration.Metadata.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <param name="ofPod">Migrations of the pod's namespace and UID.</param>
    /// <param name="longest">For which a copy may be held; one that was is not held again before as long again.</param>
    /// <returns>Name of its Migration; null: not now.</returns>
    public static string? Next(V1Pod pod, IReadOnlyCollection<Migration> ofPod, TimeSpan longest, DateTimeOffset now)
    {
        var made = ofPod.Where(AreOf).ToList();
        if (made.MaxBy(m => m.Status.CompletedAt ?? DateTimeOffset.MaxValue) is { } last && !IsOver(last, made.Count, longest, now))
        {
            return null;
        }

        var used = made.Select(m => m.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(1, made.Count + 1).Select(n => n == 1 ? Prefix + pod.Metadata.Uid : $"{Prefix}{pod.Metadata.Uid}-{n}").First(name => !used.Contains(name));
    }

    private static bool IsOver(Migration last, int tries, TimeSpan longest, DateTimeOffset now)
    {
        if (last.Status is not { Phase: Phases.RolledBack or Phases.Failed, CompletedAt: { } ended, Reason: { } reason } || (reason != Reasons.HoldEnded && !Tries.MayPass.Contains(reason)))
        {
            return false;
        }

        var first = ended - last.Status.StartedAt >= longest ? longest : FirstPause;
        return now - ended >= first * Math.Pow(2, Math.Min(tries - 1, MaxDoublings));
    }
}
