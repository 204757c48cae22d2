using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Rebalancing.Running;

/// <summary>How far one move of a running plan is.</summary>
/// <param name="Result">One of <see cref="MoveResults"/>; null: it has not begun.</param>
/// <param name="Migration">Of the try that runs, that ended, or that is to begin.</param>
/// <param name="StartedAt">Of an eviction.</param>
/// <param name="IsRefused">An eviction that was asked for, and the pod is still there: a disruption budget was against it, or nobody has asked yet. It is asked for again.</param>
internal sealed record MoveState(string? Result, string? Migration = null, string? Reason = null, long? FreezeMs = null, DateTimeOffset? StartedAt = null, bool IsRefused = false)
{
    /// <summary>An eviction that is refused for so long is given up; kubectl drain goes on for ever.</summary>
    private static readonly TimeSpan EvictionLimit = TimeSpan.FromMinutes(10);

    /// <summary>Failures on the way between the agents, which say nothing of the pod or its target. A dump or a restore that failed has frozen the pod in vain, and mostly fails again.</summary>
    private static readonly string[] MayPass = [Reasons.AgentRestarted, Reasons.ClaimExpired, Reasons.PeerUnreachable, Reasons.PhaseTimeout, Reasons.TransferFailed];

    /// <summary>What broke a move may need a moment to pass.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Null: at once.</summary>
    public DateTimeOffset? MayBeginAt { get; private init; }

    public bool IsOver => Result is not (null or MoveResults.Running);

    /// <summary>What was written is kept where the Migration is gone by now; a move that never began is looked at by its pod.</summary>
    public static MoveState Of(PlanView view, PlanMove move, int number)
    {
        if (view.Migration(number) is { } migration)
        {
            var status = migration.Status;
            return new MoveState(Phases.IsFinal(status.Phase) ? status.Phase : MoveResults.Running, migration.Metadata.Name, Phases.IsFinal(status.Phase) ? status.Reason : null, status.Target?.FreezeMs);
        }

        var written = PlanMigrations.OutcomeOf(view.Plan, move);
        if (written is { Result: not MoveResults.Running })
        {
            return new MoveState(written.Result, written.Migration, written.Reason, written.FreezeMs, written.StartedAt);
        }

        if (move.IsEviction && written is { StartedAt: { } asked })
        {
            return OfEviction(view.Pod(move), move, asked, view.Now);
        }

        // Written as begun, and no Migration: the leader died in between, or somebody has deleted it.
        return Stands(view, move) ? new MoveState(Result: null) : new MoveState(MoveResults.Skipped, Reason: PlanReasons.PodChanged);
    }

    /// <summary>The same move, not begun: a try that was rolled back for a reason that may pass is followed by a second one. Null: this was the last, as it is where that is written already.</summary>
    public MoveState? Again(PlanView view, int number)
        => Result == MoveResults.RolledBack && MayPass.Contains(Reason) && Migration != PlanMigrations.SecondNameOf(view.Plan, number)
            && view.Plan.Spec.Moves[number] is var move && PlanMigrations.OutcomeOf(view.Plan, move)?.Result != MoveResults.RolledBack && Stands(view, move)
            ? new MoveState(Result: null, PlanMigrations.SecondNameOf(view.Plan, number)) { MayBeginAt = view.Migration(number)?.Status.CompletedAt + Pause } : null;

    public MoveOutcome? ToOutcome(PlanMove move)
        => Result is null ? null : new MoveOutcome { Namespace = move.Namespace, Pod = move.Pod, Migration = Migration, Result = Result, Reason = Reason, FreezeMs = FreezeMs, StartedAt = StartedAt };

    private static bool Stands(PlanView view, PlanMove move)
        => view.Pod(move) is { Phase: "Running", Terminating: false } pod && pod.Uid == move.PodUID && pod.NodeName == move.SourceNode;

    /// <summary>It has left its node when it is gone; another pod of its name is its successor.</summary>
    private static MoveState OfEviction(PodInfo? pod, PlanMove move, DateTimeOffset asked, DateTimeOffset now)
        => pod is null || pod.Uid != move.PodUID || pod.Finished ? new MoveState(MoveResults.Succeeded, StartedAt: asked)
            : pod.Terminating ? new MoveState(MoveResults.Running, StartedAt: asked)
            : now - asked >= EvictionLimit ? new MoveState(MoveResults.Failed, Reason: PlanReasons.EvictionRefused, StartedAt: asked)
            : new MoveState(MoveResults.Running, StartedAt: asked, IsRefused: true);
}
