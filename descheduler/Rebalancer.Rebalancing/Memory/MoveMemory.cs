using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Rebalancing.Memory;

/// <summary>
/// What past moves say about pods: those that moved a moment ago rest, none goes back to the node that it has left, and a workload whose moves fail is left alone for longer and
/// longer. It is read off the Migrations, so that a new leader knows as much as the last one; it reaches back as far as they are kept. Pure.
/// </summary>
public static class MoveMemory
{
    private const int MaxDoublings = 10;

    /// <returns>The same cluster, with <see cref="PodInfo.Rests"/> and <see cref="PodInfo.LastSource"/>.</returns>
    public static ClusterSnapshot Apply(ClusterSnapshot snapshot, IEnumerable<Migration> migrations, CoolDowns coolDowns, DateTimeOffset now)
    {
        // Most Migrations say themselves whose pod they move.
        var owners = new Lazy<Dictionary<string, string>>(() => snapshot.Pods.Where(p => p.Uid.Length > 0).DistinctBy(p => p.Uid).ToDictionary(p => p.Uid, KeyOf, StringComparer.Ordinal));
        var pods = new Dictionary<string, (string? Rests, string? LastSource)>(StringComparer.Ordinal);
        var failures = new Dictionary<string, (int Count, DateTimeOffset Last)>(StringComparer.Ordinal);
        foreach (var migration in migrations.OrderBy(m => m.Status.CompletedAt ?? DateTimeOffset.MaxValue))
        {
            if (!Phases.IsFinal(migration.Status.Phase))
            {
                var busy = ((string?)$"is being moved by Migration {migration.Metadata.Name}", (string?)null);
                foreach (var uid in new[] { migration.Status.PodUID ?? migration.Spec.PodUID, migration.Status.Claim?.PodUID }.OfType<string>()) { pods[uid] = busy; }
                continue;
            }

            Count(failures, migration, owners, now);
            if (migration.Status is { Decision: Decision.Committed, Claim.PodUID: { } arrived, CompletedAt: { } ended })
            {
                pods[arrived] = (
                    now - ended < coolDowns.Pod ? $"has moved {Text(now - ended)} ago, and the policy leaves a pod alone for {Text(coolDowns.Pod)}" : null,
                    now - ended < coolDowns.LastSource ? migration.Status.SourceNode : null);
            }
        }

        return snapshot with { Pods = [.. snapshot.Pods.Select(p => Remember(p, pods, failures, coolDowns, now))] };
    }

    private static PodInfo Remember(
        PodInfo pod, Dictionary<string, (string? Rests, string? LastSource)> pods, Dictionary<string, (int Count, DateTimeOffset Last)> failures, CoolDowns coolDowns, DateTimeOffset now)
    {
        var (rests, left) = pods.GetValueOrDefault(pod.Uid);
        rests ??= failures.TryGetValue(KeyOf(pod), out var failed) && BackOff(failed.Count, coolDowns) is var wait && now - failed.Last < wait
            ? $"waits {Text(wait)} after {failed.Count} failed {(failed.Count == 1 ? "move" : "moves")} of its workload" : null;
        // An evicted pod leaves no Migration behind: its successor is as young as the eviction is long ago.
        rests ??= pod.StartedAt is { } started && now - started < coolDowns.Pod && !Movability.Check(pod, TimeSpan.Zero, automatic: true).IsEmpty
            ? $"has started {Text(now - started)} ago, and the policy leaves a pod alone for {Text(coolDowns.Pod)}" : null;
        return rests is null && left is null ? pod : pod with { Rests = rests, LastSource = left };
    }

    /// <summary>Failures in a row; what a person stopped is none, nor is a copy that was only held.</summary>
    private static void Count(Dictionary<string, (int Count, DateTimeOffset Last)> failures, Migration migration, Lazy<Dictionary<string, string>> owners, DateTimeOffset now)
    {
        var uid = migration.Status.PodUID ?? migration.Spec.PodUID ?? "";
        var key = migration.Status.Owner?.Uid ?? owners.Value.GetValueOrDefault(uid, uid);
        if (migration.Status.Phase == Phases.Succeeded)
        {
            failures.Remove(key);
        }
        else if (!migration.IsHeld && migration.Status.Reason is not (Reasons.UserAborted or Reasons.PodNotFound or Reasons.PodReplaced))
        {
            failures[key] = (failures.GetValueOrDefault(key).Count + 1, migration.Status.CompletedAt ?? now);
        }
    }

    private static TimeSpan BackOff(int failures, CoolDowns coolDowns) => coolDowns.Failure * Math.Pow(2, Math.Min(failures - 1, MaxDoublings));

    private static string KeyOf(PodInfo pod) => pod.Owner?.Uid is { Length: > 0 } owner ? owner : pod.Uid;

    private static string Text(TimeSpan span)
        => span.TotalHours >= 2 ? span.TotalHours.ToString("0.#", CultureInfo.InvariantCulture) + " h" : Math.Max(0, span.TotalMinutes).ToString("0.#", CultureInfo.InvariantCulture) + " min";
}
