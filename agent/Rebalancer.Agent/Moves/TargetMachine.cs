namespace Rebalancer.Agent.Moves;

/// <summary>Where a move stands on the node that the pod comes to. The order of a good move is that of the list up to Running.</summary>
internal enum TargetStep
{
    Preflight,
    Ready,
    /// <summary>The source's stream is open: memory comes while the pod runs there.</summary>
    Copying,
    /// <summary>The claimed pod's sandbox is held too; for a bare pod, which is made after the commit: the source may freeze.</summary>
    Prepared,
    /// <summary>Every byte is here and right; of several containers some may be restored and parked.</summary>
    Stored,
    /// <summary>runc restore of one container runs.</summary>
    Restoring,
    /// <summary>The copies of all containers are complete; no user code has run.</summary>
    Held,
    /// <summary>Committed was read and CRIU told to go on.</summary>
    Resuming,
    /// <summary>It runs, with its network; the container runtime has not taken it over yet, and would end it if its create call died now.</summary>
    Resumed,
    /// <summary>The container runtime has it; a page server still gives it the rest of its memory, and would take it along if it died.</summary>
    Filling,
    Running,
    ColdStarted,
    Refused,
    Cleaned,
}

internal enum TargetSignal
{
    Passed,
    Refused,
    Prepared,
    SandboxLost,
    Accepted,
    ImagesStored,
    RestoreGiven,
    /// <summary>The copy of a container that is not the pod's last waits, frozen; the next one can be restored.</summary>
    Parked,
    /// <summary>The copy of the last container is held.</summary>
    HoldAsked,
    Proceeded,
    Resumed,
    /// <summary>The container runtime has it as a container like any other.</summary>
    TakenOver,
    /// <summary>All memory is in the pod's processes: they need nobody any more.</summary>
    Filled,
    /// <summary>A restore ended without a running copy; the images are still here.</summary>
    RestoreFailed,
    /// <summary>Only after a commit: no copy can be restored any more.</summary>
    GivenUp,
    /// <summary>Aborted was read.</summary>
    Aborted,
    /// <summary>After a commit: the pod that could be given the checkpoint is gone, and no other comes.</summary>
    Abandoned,
}

/// <summary>Which step follows. Pure; a pair that is not listed is refused.</summary>
internal static class TargetMachine
{
    public static bool IsFinal(TargetStep step) => step is TargetStep.Running or TargetStep.ColdStarted or TargetStep.Refused or TargetStep.Cleaned;

    /// <summary>Steps that only a Committed decision leads to: an abort cannot follow.</summary>
    public static bool ImpliesCommit(TargetStep step) => step is TargetStep.Resuming or TargetStep.ColdStarted || Runs(step);

    /// <summary>The restored pod runs, with its network.</summary>
    public static bool Runs(TargetStep step) => step is TargetStep.Resumed or TargetStep.Filling or TargetStep.Running;

    /// <summary>Whether the death of this agent would cost more than a move begun anew: a sandbox waits, or the source is frozen or gone.</summary>
    public static bool IsUrgent(TargetStep step) => step is >= TargetStep.Prepared and <= TargetStep.Filling;

    /// <returns>Null: the signal has no place in this step.</returns>
    public static TargetStep? TryNext(TargetStep step, TargetSignal signal) => (step, signal) switch
    {
        (TargetStep.Preflight, TargetSignal.Passed) => TargetStep.Ready,
        (TargetStep.Preflight, TargetSignal.Refused) => TargetStep.Refused,
        (TargetStep.Ready, TargetSignal.Accepted) => TargetStep.Copying,
        (TargetStep.Copying, TargetSignal.Prepared) => TargetStep.Prepared,
        (TargetStep.Prepared, TargetSignal.SandboxLost) => TargetStep.Copying,
        (TargetStep.Prepared, TargetSignal.ImagesStored) => TargetStep.Stored,
        (TargetStep.Stored, TargetSignal.RestoreGiven) => TargetStep.Restoring,
        (TargetStep.Restoring, TargetSignal.Parked) => TargetStep.Stored,
        (TargetStep.Restoring, TargetSignal.HoldAsked) => TargetStep.Held,
        (TargetStep.Held, TargetSignal.Proceeded) => TargetStep.Resuming,
        // From Stored: an earlier agent had let it run, after it had read the commit.
        (TargetStep.Resuming or TargetStep.Stored, TargetSignal.Resumed) => TargetStep.Resumed,
        (TargetStep.Resumed, TargetSignal.TakenOver) => TargetStep.Filling,
        (TargetStep.Filling, TargetSignal.Filled) => TargetStep.Running,
        (TargetStep.Restoring or TargetStep.Held or TargetStep.Resuming, TargetSignal.RestoreFailed) => TargetStep.Stored,
        ( >= TargetStep.Preflight and <= TargetStep.Filling, TargetSignal.GivenUp) => TargetStep.ColdStarted,
        ( >= TargetStep.Preflight and <= TargetStep.Held, TargetSignal.Aborted or TargetSignal.Abandoned) => TargetStep.Cleaned,
        _ => null,
    };
}
