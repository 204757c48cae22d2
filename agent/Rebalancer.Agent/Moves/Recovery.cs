using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Where an agent that has just met a Migration goes on: nothing in memory, only status, markers and folders. Pure.</summary>
internal static class Recovery
{
    /// <param name="migration">As read.</param>
    /// <param name="hasCommitMarker">This node has sent, or was about to send, Committed.</param>
    /// <param name="hasFolder">A checkpoint was begun here.</param>
    /// <returns>Null: nothing is left to do.</returns>
    public static SourceStep? Source(Migration migration, bool hasCommitMarker, bool hasFolder)
    {
        var status = migration.Status;
        if (status.Source?.State is SourceState.Refused or SourceState.Released or SourceState.Thawed) { return null; }
        // Whether pages are missing on the target is its to say.
        if (status.Decision == Decision.Committed) { return status.Source?.Strategy == Strategies.PostCopy ? SourceStep.Serve : SourceStep.Release; }
        if (status.Decision == Decision.Aborted) { return SourceStep.RollBack; }
        if (status.Phase is "Succeeded" or "RolledBack" or "Failed") { return null; }
        if (hasCommitMarker) { return SourceStep.Commit; }
        if (hasFolder) { return SourceStep.RollBack; }
        return status.Source?.State switch
        {
            null or "" => SourceStep.Preflight,
            SourceState.Ready => SourceStep.AwaitCopy,
            // A reboot took the folder, but not what else was begun: kubelet is kept from the pod, or its object has gone.
            _ => SourceStep.RollBack,
        };
    }

    /// <summary>
    /// Before a roll-back, which may be made up for long after its move: whether another move of the same pod has it in hand. What is frozen, fenced or kept from kubelet
    /// is that one's then, and must stay so.
    /// </summary>
    /// <param name="migration">The one that is to be rolled back.</param>
    /// <param name="podUid">Of its pod.</param>
    /// <param name="mayHoldIt">It has frozen the pod or kept kubelet from it, or an agent before this one may have.</param>
    /// <param name="all">All that this node has a part in.</param>
    /// <param name="hasCommitMarker">By UID: this node has sent, or was about to send, Committed.</param>
    public static bool IsOverruled(Migration migration, string? podUid, bool mayHoldIt, IEnumerable<Migration> all, Func<string, bool> hasCommitMarker) =>
        podUid is not null && all.Any(other => other.Metadata.Uid != migration.Metadata.Uid && other.Status.PodUID == podUid
            && (other.Status.Decision == Decision.Committed || hasCommitMarker(other.Metadata.Uid)
                || (other.Status.Decision == Decision.None && !Phases.IsFinal(other.Status.Phase) && (!mayHoldIt || other.Status.Owner is { Gate: true }))));

    /// <summary>The move is over after its commit without a pod that could still be given the checkpoint: what lies here of it is for nobody.</summary>
    public static bool IsAbandoned(Migration migration) =>
        migration.Status is { Decision: Decision.Committed, Phase: Phases.Failed, Reason: Reasons.TargetLost or Reasons.PodReplaced or Reasons.PodNotFound };

    /// <param name="migration">As read.</param>
    /// <param name="hasImages">Complete and checked images lie here.</param>
    /// <param name="hasLatePages">Some pages of the copy came after the rest, or still come: what there is of them lies here until it has them all.</param>
    public static TargetStep? Target(Migration migration, bool hasImages, bool hasLatePages)
    {
        var status = migration.Status;
        if (status.Target is { State: TargetState.Running, Filling: true }) { return TargetStep.Filling; }
        if (status.Target?.State == TargetState.Running && hasLatePages) { return TargetStep.Running; }
        if (status.Target?.State is TargetState.Refused or TargetState.Running or TargetState.ColdStarted or TargetState.Cleaned) { return null; }
        if (IsAbandoned(migration)) { return null; }
        if (status.Decision == Decision.Committed) { return TargetStep.Stored; }
        // Whatever is here is to go; a preflight could find something against a move that is over, and end with that.
        if (status.Decision == Decision.Aborted) { return TargetStep.Ready; }
        if (status.Phase is "Succeeded" or "RolledBack" or "Failed") { return null; }
        return hasImages ? TargetStep.Stored : status.Target?.State is TargetState.Ready or TargetState.Prepared ? TargetStep.Ready : TargetStep.Preflight;
    }
}
