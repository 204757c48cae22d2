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

    public static IReadOnlyList<PlannedMove> Next(IEnumerable<PlannedMove> planned, IEnumerable<LeavingPod> pods, EvacuationView view)
    {
        var open = pods.Where(pod => pod.Fate is PodFate.Moves moves && Holds(moves.Migration, view.Now)).ToList();
        var byNode = open.CountBy(pod => pod.Pod.Spec.NodeName).ToDictionary();
        var byPool = open.CountBy(pod => view.PoolByNode.GetValueOrDefault(pod.Pod.Spec.NodeName, "")).ToDictionary();
        var perNode = view.Limits.MaxMovesPerNode + Ahead;
        var perPool = perNode * DeadlineCapacity.NodesAtFullSpeed;
        List<PlannedMove> next = [];
        foreach (var move in planned.Where(move => move is { Fits: true, Leaver.MovesSince: null }))
        {
            var (node, pool) = (move.Leaver.Node, move.Leaver.Pool);
            if (byNode.GetValueOrDefault(node) < perNode && byPool.GetValueOrDefault(pool) < perPool)
            {
                byNode[node] = byNode.GetValueOrDefault(node) + 1;
                byPool[pool] = byPool.GetValueOrDefault(pool) + 1;
                next.Add(move);
            }
        }

        return next;
    }

    private static bool Holds(Migration migration, DateTimeOffset now)
        => migration.Status.Phase is not (null or "" or Phases.Pending) || now - (migration.Metadata.CreationTimestamp ?? now.UtcDateTime) < PendingHolds;
}
