using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>
/// Which planned moves begin now. Migrations take their nodes' slots in the order in which they come to be ready, whatever their priority: so no more are made
/// than can begin, and one for each node that may get ready meanwhile. Pure.
/// </summary>
internal static class Turns
{
    private const int Ahead = 1;

    /// <summary>A move that still waits for a place to go to holds nobody up.</summary>
    private static readonly TimeSpan PendingHolds = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<PlannedMove> Next(IEnumerable<PlannedMove> planned, IEnumerable<LeavingPod> pods, DeadlineCapacity capacity, EvacuationView view)
    {
        var open = pods.Where(pod => pod.Fate is PodFate.Moves moves && Holds(moves.Migration, view.Now)).Select(pod => pod.Pod.Spec.NodeName).ToList();
        var movesByNode = open.CountBy(node => node).ToDictionary();
        var sendersByPool = movesByNode.Keys.CountBy(node => view.PoolByNode.GetValueOrDefault(node, "")).ToDictionary();
        List<PlannedMove> next = [];
        foreach (var move in planned.Where(move => move is { Fits: true, Leaver.MovesSince: null }))
        {
            var (moves, senders) = (movesByNode.GetValueOrDefault(move.Leaver.Node), sendersByPool.GetValueOrDefault(move.Leaver.Pool));
            var isNewSender = moves == 0;
            if (moves < capacity.MovesPerNode + Ahead && (!isNewSender || senders < capacity.SendersOf(move.Leaver.BytesPerSecond)))
            {
                movesByNode[move.Leaver.Node] = moves + 1;
                sendersByPool[move.Leaver.Pool] = senders + (isNewSender ? 1 : 0);
                next.Add(move);
            }
        }

        return next;
    }

    private static bool Holds(Migration migration, DateTimeOffset now)
        => migration.Status.Phase is not (null or "" or Phases.Pending) || now - (migration.Metadata.CreationTimestamp ?? now.UtcDateTime) < PendingHolds;
}
