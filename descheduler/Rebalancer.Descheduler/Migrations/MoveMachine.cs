using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// The one state machine of a move. Pure: what was observed in, what to do out. It never writes Committed; it writes Aborted only over "",
/// and after Committed it only goes forward.
/// </summary>
internal static class MoveMachine
{
    private static readonly TimeSpan EndpointHandOver = TimeSpan.FromSeconds(3);

    public static MoveStep Next(Observation o)
    {
        var step = Decide(o);
        foreach (var action in step.Actions)
        {
            var (from, to) = action switch
            {
                MoveAction.EnterPhase e => (e.From, e.To),
                MoveAction.Abort a => (a.From, a.To),
                _ => (null, null),
            };
            if (from is not null && to is not null)
            {
                PhaseTable.Check(o.FullName, from, to);
            }
        }

        return step;
    }

    private static MoveStep Decide(Observation o)
    {
        if (Phases.IsFinal(o.Phase))
        {
            return Final(o);
        }

        return (o.Phase, o.Status.Decision) switch
        {
            ("", _) => Begin(o),
            (Phases.Committed, Decision.Committed) => CommittedPhase.Next(o),
            (Phases.Aborting, Decision.Aborted) => AbortingPhase.Next(o),
            (_, Decision.Committed) => EnterCommitted(o),
            (_, Decision.Aborted) => EnterAborting(o),
            (Phases.Pending, _) => PendingPhase.Next(o),
            (Phases.Preflight, _) => PreflightPhase.Next(o),
            (Phases.PreCopying, _) => Divided(o, PreCopyingPhase.Next(o)),
            (Phases.Preparing, _) => Divided(o, PreparingPhase.Next(o)),
            (Phases.Freezing or Phases.Restoring, _) => FreezingPhase.Next(o),
            _ => throw new IllegalPhaseException($"Migration {o.FullName}: status.phase is '{o.Phase}' under status.decision '{o.Status.Decision}'"),
        };
    }

    /// <summary>A move that only waits is told its share of the bandwidth when that has changed.</summary>
    private static MoveStep Divided(Observation o, MoveStep step)
        => step.Actions.IsEmpty && BandwidthShare.Change(o) is { IsEmpty: false } change ? MoveStep.Do(new MoveAction.WriteStatus(o.Phase, change)) : step;

    private static MoveStep Begin(Observation o)
    {
        var pending = StatusChange.None
            .SetItem("startedAt", o.Now)
            .SetItem("observedGeneration", o.Migration.Metadata.Generation ?? 0);
        return o.Migration.Metadata.DeletionTimestamp is not null
            ? Final(o)
            : MoveStep.Do(new MoveAction.AddFinalizer(), Enter(o, Phases.Pending, pending));
    }

    private static MoveStep Final(Observation o)
    {
        if (LatePods.Next(o) is { } remove)
        {
            return remove;
        }

        // A write of a leader before this one that came late: nobody could take the name, as long as the Migration is there.
        if (o.Status.Decision != Decision.Committed && GatedPods.IsMarked(o))
        {
            return MoveStep.Do(new MoveAction.MarkGate(IsClosed: false));
        }

        if (o.Migration.Metadata.Finalizers?.Contains(Names.MigrationFinalizer) != true)
        {
            return LatePods.Forsaken(o) ?? Expired(o);
        }

        if (o.Status.Owner?.Gate != true)
        {
            return MoveStep.Do(new MoveAction.RemoveFinalizer());
        }

        var since = o.Now - (o.Status.CompletedAt ?? o.Now);
        if (o.Phase == Phases.Succeeded && EndpointHandOver - since is var listed && listed > TimeSpan.Zero)
        {
            // Until Kubernetes lists the pod again by itself: it has to see it ready first.
            return MoveStep.Wait(listed);
        }

        // A pod that has the name and this claim could never start once the Migration is gone.
        return o.Status.Decision == Decision.Aborted && LatePods.Limit - since is var late && late > TimeSpan.Zero
            ? new MoveStep([new MoveAction.WithdrawEndpoints()], late)
            : MoveStep.Do(new MoveAction.WithdrawEndpoints(), new MoveAction.RemoveFinalizer());
    }

    /// <summary>A cluster that is drained every day would fill up with what its drains made.</summary>
    private static MoveStep Expired(Observation o)
    {
        if (o.Migration.Metadata.DeletionTimestamp is not null || o.Status.CompletedAt is not { } ended || o.Migration.Spec.Reason == MoveReasons.Manual || o.Limits.KeepFinishedHours == 0)
        {
            return MoveStep.Wait(null);
        }

        var left = TimeSpan.FromHours(o.Limits.KeepFinishedHours) - (o.Now - ended);
        return left > TimeSpan.Zero ? MoveStep.Wait(left) : MoveStep.Do(new MoveAction.DeleteMigration());
    }

    private static MoveStep EnterCommitted(Observation o)
    {
        var change = StatusChange.None.WithCondition(o, Conditions.Committed, true, "SourceCommitted", "the source agent committed the move");
        return MoveStep.Do(
            Enter(o, Phases.Committed, change),
            new MoveAction.Tell(OnPod: false, Warning: false, "Committed", $"pod {o.Migration.Spec.PodName} now belongs to node {o.Status.TargetNode}{(o.Status.Owner?.Reattaches == true ? ", and goes on once its volumes are attached there" : "")}"));
    }

    /// <summary>An agent aborted; its reason stays.</summary>
    private static MoveStep EnterAborting(Observation o)
        => MoveStep.Do(
            Enter(o, Phases.Aborting, StatusChange.None),
            new MoveAction.Tell(OnPod: false, Warning: true, o.Status.Reason ?? "Aborted", o.Status.Message ?? "the move was aborted"));

    internal static MoveAction.EnterPhase Enter(Observation o, string to, ImmutableDictionary<string, object?> change)
        => new(o.Phase, to, o.Status.Decision, change.SetItem("phaseStartedAt", o.Now));

    /// <summary>Ends the move before its commit. What was taken is given back by the next phase.</summary>
    internal static MoveStep Abort(Observation o, string reason, string message)
    {
        var change = StatusChange.None.SetItem("phaseStartedAt", o.Now).WithReason(reason, message)
            .WithCondition(o, Conditions.Committed, false, reason, "aborted before the commit");
        return MoveStep.Do(
            new MoveAction.Abort(o.Phase, Phases.Aborting, change),
            new MoveAction.Tell(OnPod: false, Warning: true, reason, message));
    }

    /// <summary>Ends the move in a final phase.</summary>
    internal static MoveStep Finish(Observation o, string phase, string? reason, string? message, params ReadOnlySpan<MoveAction> before)
    {
        var good = phase == Phases.Succeeded;
        var change = StatusChange.None.SetItem("completedAt", o.Now).WithReason(reason, message)
            .WithCondition(o, Conditions.Complete, good, reason ?? phase, message ?? "");
        return MoveStep.Do(
            [.. before, Enter(o, phase, change), new MoveAction.Tell(OnPod: false, !good, reason ?? phase, message ?? phase)]);
    }
}
