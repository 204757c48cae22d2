using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>
/// Which pods leave the announced nodes live, in which order and how, and which are evicted so that they end gracefully before their node does. Where no
/// instant is known nothing is evicted: whoever drains such a node does that in his own time. Pure.
/// </summary>
internal static class Evacuation
{
    /// <summary>A budget or the webhook may put an eviction off.</summary>
    private static readonly TimeSpan EvictAgain = TimeSpan.FromSeconds(2);

    /// <summary>Pods that wait for their turn are looked at again even if nothing tells that it has come.</summary>
    private static readonly TimeSpan TurnRecheck = TimeSpan.FromSeconds(5);

    public static EvacuationPlan Plan(EvacuationView view)
    {
        List<InvalidField> problems = [];
        var unreadable = ImmutableArray.CreateBuilder<(V1Node, InvalidField)>();
        List<LeavingPod> pods = [];
        foreach (var node in view.Nodes.Values.OrderBy(n => n.Metadata.Name, StringComparer.Ordinal))
        {
            problems.Clear();
            var announcement = Announcements.Of(node, problems);
            unreadable.AddRange(problems.Select(problem => (node, problem)));
            if (announcement is not null && !(announcement.Deadline <= view.Now))
            {
                pods.AddRange(view.PodsByNode[node.Metadata.Name].Where(PodFate.Concerns).Select(pod => LeavingPod.Of(pod, announcement, view)));
            }
        }

        var capacity = Capacity(view.Limits, view.History.Rest);
        var planned = DeadlinePlan.Of(pods.Select(pod => pod.ToLeaver(view)).OfType<Leaver>(), capacity, view.Now);
        var moves = planned.ToDictionary(move => move.Leaver.Uid, StringComparer.Ordinal);
        var leaving = pods.ToDictionary(pod => pod.Pod.Metadata.Uid, StringComparer.Ordinal);
        var create = Turns.Next(planned, pods, capacity, view);
        var late = pods.Where(pod => pod.IsLate(moves, view.Now)).ToList();
        ImmutableArray<Eviction> evict = [.. late.Where(pod => pod is { CanBeEvicted: true, Fate: not PodFate.Moves }).Select(pod => new Eviction(pod.Pod, pod.WhyLate(moves)))];
        return new EvacuationPlan
        {
            Create = [.. create.Select(move => ToMigration(move, leaving[move.Leaver.Uid]))],
            LetGo = [.. pods.Select(pod => pod.Fate).OfType<PodFate.Moves>().Select(fate => fate.Migration).Where(m => m.IsHeld && CanBeAborted(m))],
            Evict = evict,
            Abort = [.. late.Select(pod => pod.Fate).OfType<PodFate.Moves>().Select(fate => fate.Migration).Where(CanBeAborted)],
            Withdraw = [.. view.Migrations.Where(m => Withdrawal.IsDue(m, view))],
            Immovable = [.. pods.Select(pod => (pod.Pod, Fate: pod.Fate as PodFate.Stays)).Where(pair => pair.Fate is { WasTried: false }).Select(pair => (pair.Pod, pair.Fate!.Refusal))],
            Problems = unreadable.ToImmutable(),
            LookAgainAfter = Again(pods, moves, evict.Length > 0, planned.Any(move => move is { Fits: true, Leaver.MovesSince: null } && !create.Contains(move)), view.Now),
        };
    }

    internal static DeadlineCapacity Capacity(MoveLimits limits, TimeSpan rest) => new(
        limits.MaxMovesPerNode,
        limits.ClusterBandwidthMbit > 0 ? limits.ClusterBandwidthMbit * 125_000d : null,
        rest,
        TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds));

    private static bool CanBeAborted(Migration m)
        => m.Status.Decision is null or Decision.None && m.Metadata.Annotations?.ContainsKey(Names.Abort) != true && m.Metadata.DeletionTimestamp is null;

    private static TimeSpan? Again(IReadOnlyCollection<LeavingPod> pods, IReadOnlyDictionary<string, PlannedMove> moves, bool evicts, bool haveToWait, DateTimeOffset now)
    {
        var due = pods.Select(pod => pod.LookAgainAt(moves, now)).OfType<DateTimeOffset>().Where(at => at > now).Select(at => at - now);
        return due.Concat(evicts ? [EvictAgain] : []).Concat(haveToWait ? [TurnRecheck] : []).Select(wait => (TimeSpan?)wait).Min();
    }

    private static Migration ToMigration(PlannedMove move, LeavingPod leaving)
    {
        var pod = leaving.Pod;
        var isMaintenance = leaving.Announcement.Kind == AnnouncementKind.Maintenance;
        return new Migration
        {
            Metadata = new V1ObjectMeta { Name = Tries.NameOf(pod, ((PodFate.CanMove)leaving.Fate).Attempt), NamespaceProperty = pod.Metadata.NamespaceProperty },
            Spec = new MigrationSpec
            {
                PodName = pod.Metadata.Name,
                PodUID = pod.Metadata.Uid,
                Deadline = move.Deadline,
                // A node in maintenance stays for as long as it takes: its agent may choose any.
                Strategy = isMaintenance ? Strategies.Auto : move.Strategy!,
                Reason = isMaintenance ? MoveReasons.Maintenance : MoveReasons.Interruption,
                Priority = pod.Spec.Priority ?? 0,
            },
        };
    }
}
