using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>A pod of an announced node. Pure.</summary>
internal sealed record LeavingPod(V1Pod Pod, NodeAnnouncement Announcement, PodFate Fate)
{
    /// <summary>Nothing makes a pod without an owner again: evicted it would be lost, also where the announcement is taken back.</summary>
    public bool CanBeEvicted => Pod.Metadata.OwnerReferences?.Any(reference => reference.Controller == true) == true;

    private DateTimeOffset? EvictAt => Announcement.Deadline is { } end ? EvictionTimes.WithWholeGrace(Pod, end) : null;

    private DateTimeOffset? CommitBy => Announcement.Deadline is { } end ? EvictionTimes.WithShortGrace(Pod, end) : null;

    public static LeavingPod Of(V1Pod pod, NodeAnnouncement announcement, EvacuationView view)
        => new(pod, announcement, PodFate.Of(pod, view.Of(pod), announcement.Deadline, view.Limits, view.Now));

    /// <summary>Null: it takes no part, as it cannot move, or not yet.</summary>
    public Leaver? ToLeaver(EvacuationView view)
    {
        if (Fate is not (PodFate.CanMove or PodFate.Moves))
        {
            return null;
        }

        var node = Pod.Spec.NodeName;
        DateTimeOffset? since = Fate is PodFate.Moves moves ? moves.Migration.Status.StartedAt ?? view.Now : null;
        return new Leaver(
            Pod.Metadata.Uid, $"{Pod.Metadata.NamespaceProperty}/{Pod.Metadata.Name}", node, view.PoolByNode.GetValueOrDefault(node, ""), Pod.Spec.Priority ?? 0,
            view.History.SizeOf(Pod), view.History.BytesPerSecond(node), CommitBy, EvictAt, since);
    }

    /// <summary>Whether no move will bring it away any more, so that it has to end here, now.</summary>
    public bool IsLate(IReadOnlyDictionary<string, PlannedMove> moves, DateTimeOffset now) => Fate switch
    {
        PodFate.Stays => EvictAt <= now,
        PodFate.Waits => EvictAt <= now,
        PodFate.CanMove => EvictAt <= now && !moves[Pod.Metadata.Uid].Fits,
        PodFate.Moves moving => CommitBy <= now && !(moving.Migration.Spec.Deadline <= CommitBy),
        _ => false,
    };

    public string WhyLate(IReadOnlyDictionary<string, PlannedMove> moves) => Fate switch
    {
        PodFate.Stays stays => stays.Refusal.Message,
        PodFate.Waits => "its last move failed, and there is no time for another",
        _ => $"{moves[Pod.Metadata.Uid].Leaver.Size.Bytes >> 20} MiB at {moves[Pod.Metadata.Uid].Leaver.BytesPerSecond / 1e6:0} MB/s do not fit into the time that is left",
    };

    public DateTimeOffset? LookAgainAt(IReadOnlyDictionary<string, PlannedMove> moves, DateTimeOffset now) => Fate switch
    {
        PodFate.Waits waits => EvictAt < now + waits.Pause ? EvictAt : now + waits.Pause,
        PodFate.Moves => CommitBy,
        PodFate.CanMove when moves[Pod.Metadata.Uid].Fits => null,
        _ => EvictAt,
    };
}
