namespace Rebalancer.Agent.Moves;

/// <summary>Where a move stands on the node that the pod leaves. The order of a good move is that of the list up to Released.</summary>
internal enum SourceStep
{
    /// <summary>Is the pod movable? Nothing is touched.</summary>
    Preflight,
    /// <summary>Ready; the controller says when to begin.</summary>
    AwaitCopy,
    /// <summary>The stream to the target is opened.</summary>
    Connect,
    /// <summary>Memory is sent in rounds while the pod runs, until what is left fits into the freeze; a held move's for as long as it is held.</summary>
    PreCopy,
    /// <summary>Copied; what is written meanwhile is sent too, until the controller says that the pod may freeze.</summary>
    Follow,
    /// <summary>Guard and checkpoint processes are made ready; the pod runs.</summary>
    Arm,
    /// <summary>Ingress held, cgroup frozen, shield closed.</summary>
    Freeze,
    /// <summary>Checkpoint written and, as it grows, sent.</summary>
    Dump,
    /// <summary>The rest is sent; the target has checked every hash.</summary>
    Send,
    /// <summary>The target has the copy restored and held (not for a bare pod, which is restored after the commit).</summary>
    AwaitHeld,
    /// <summary>The commit marker is on disk.</summary>
    Mark,
    /// <summary>The decision was asked for, and stays to be read. Frozen until it is.</summary>
    Commit,
    /// <summary>Committed: this copy may never run again. It stays frozen until the target has all of its pages.</summary>
    Serve,
    /// <summary>Nobody needs this copy any more.</summary>
    Release,
    RollBack,
    Refused,
    Released,
    Thawed,
}

internal enum SourceSignal
{
    /// <summary>The step's work is done; in Commit: Committed was read.</summary>
    Done,
    /// <summary>Preflight says no.</summary>
    Refused,
    /// <summary>The step failed, or ran out of time.</summary>
    Failed,
    /// <summary>Aborted was read.</summary>
    Aborted,
    /// <summary>Rolled back, but the pod's object was gone already: this copy had to end.</summary>
    Lost,
}

/// <summary>Which step follows. Pure; a pair that is not listed is a fault of the driver and throws.</summary>
internal static class SourceMachine
{
    public static bool IsFinal(SourceStep step) => step is SourceStep.Refused or SourceStep.Released or SourceStep.Thawed;

    /// <summary>Whether an abort that somebody else decided may end the step's work. From Mark on only the decision itself counts.</summary>
    public static bool IsInterruptible(SourceStep step) => step < SourceStep.Mark;

    /// <summary>Whether the pod's frozen time runs.</summary>
    public static bool IsFrozen(SourceStep step) => step is >= SourceStep.Freeze and <= SourceStep.Commit;

    /// <summary>Whether the death of this agent would cost more than a move begun anew: from here on the pod is about to be frozen, until it runs somewhere.</summary>
    public static bool IsUrgent(SourceStep step) => step >= SourceStep.Arm && !IsFinal(step);

    /// <param name="isRestoredBeforeCommit">False for a bare pod.</param>
    public static SourceStep Next(SourceStep step, SourceSignal signal, bool isRestoredBeforeCommit) => (step, signal) switch
    {
        (SourceStep.Preflight, SourceSignal.Done) => SourceStep.AwaitCopy,
        (SourceStep.Preflight, SourceSignal.Refused) => SourceStep.Refused,
        (SourceStep.AwaitCopy, SourceSignal.Done) => SourceStep.Connect,
        (SourceStep.Connect, SourceSignal.Done) => SourceStep.PreCopy,
        (SourceStep.PreCopy, SourceSignal.Done) => SourceStep.Follow,
        (SourceStep.Follow, SourceSignal.Done) => SourceStep.Arm,
        (SourceStep.Arm, SourceSignal.Done) => SourceStep.Freeze,
        (SourceStep.Freeze, SourceSignal.Done) => SourceStep.Dump,
        (SourceStep.Dump, SourceSignal.Done) => SourceStep.Send,
        (SourceStep.Send, SourceSignal.Done) => isRestoredBeforeCommit ? SourceStep.AwaitHeld : SourceStep.Mark,
        (SourceStep.AwaitHeld, SourceSignal.Done) => SourceStep.Mark,
        (SourceStep.Mark, SourceSignal.Done) => SourceStep.Commit,
        (SourceStep.Mark, SourceSignal.Failed) => SourceStep.RollBack,
        // No failure ends Commit: frozen until the outcome is read.
        (SourceStep.Commit, SourceSignal.Done) => SourceStep.Serve,
        (SourceStep.Serve, SourceSignal.Done) => SourceStep.Release,
        (SourceStep.Commit, SourceSignal.Aborted) => SourceStep.RollBack,
        (SourceStep.Release, SourceSignal.Done) => SourceStep.Released,
        (SourceStep.RollBack, SourceSignal.Done) => SourceStep.Thawed,
        (SourceStep.RollBack, SourceSignal.Lost) => SourceStep.Released,
        ( < SourceStep.Mark, SourceSignal.Failed or SourceSignal.Aborted) => SourceStep.RollBack,
        _ => throw new InvalidOperationException($"a source in step {step} cannot take {signal}"),
    };
}
