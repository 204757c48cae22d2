using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Rebalancing.Running;

/// <summary>How far one move of a running plan is.</summary>
/// <param name="Result">One of <see cref="MoveResults"/>; null: it has not begun.</param>
/// <param name="StartedAt">Of an eviction.</param>
/// <param name="IsRefused">An eviction that was asked for, and the pod is still there: a disruption budget was against it, or nobody has asked yet. It is asked for again.</param>
internal sealed record MoveState(string? Result, string? Migration = null, string? Reason = null, long? FreezeMs = null, DateTimeOffset? StartedAt = null, bool IsRefused = false)
{
    /// <summary>An eviction that is refused for so long is given up; kubectl drain goes on for ever.</summary>
    private static readonly TimeSpan EvictionLimit = TimeSpan.FromMinutes(10);

    public bool IsOver => Result is not (null or MoveResults.Running);

    /// <summary>What was written is kept where the Migration is gone by now; a move that never began is looked at by its pod.</summary>
    public static MoveState Of(PlanView view, PlanMove move, int number)
    {
        if (view.Migration(number) is { } migration)
        {
            var status = migration.Status;
            return new MoveState(Phases.IsFinal(status.Phase) ? status.Phase : MoveResults.Running, migration.Metadata.Name, Phases.IsFinal(status.Phase) ? status.Reason : null, status.Target?.FreezeMs);
        }

        var written = view.Plan.Status.Moves?.FirstOrDefault(o => o.Namespace == move.Namespace && o.Pod == move.Pod);
        if (written is { Result: not MoveResults.Running })
        {
            return new MoveState(written.Result, written.Migration, written.Reason, written.FreezeMs, written.StartedAt);
        }

        if (move.IsEviction && written is { StartedAt: { } asked })
        {
            return OfEviction(view.Pod(move), move, asked, view.Now);
        }

        // Written as begun, and no Migration: the leader died in between, or somebody has deleted it.
        var stands = view.Pod(move) is { Phase: "Running", Terminating: false } pod && pod.Uid == move.PodUID && pod.NodeName == move.SourceNode;
        return stands ? new MoveState(Result: null) : new MoveState(MoveResults.Skipped, Reason: PlanReasons.PodChanged);
    }

    public MoveOutcome? ToOutcome(PlanMove move)
        => Result is null ? null : new MoveOutcome { Namespace = move.Namespace, Pod = move.Pod, Migration = Migration, Result = Result, Reason = Reason, FreezeMs = FreezeMs, StartedAt = StartedAt };

    /// <summary>It has left its node when it is gone; another pod of its name is its successor.</summary>
    private static MoveState OfEviction(PodInfo? pod, PlanMove move, DateTimeOffset asked, DateTimeOffset now)
        => pod is null || pod.Uid != move.PodUID || pod.Finished ? new MoveState(MoveResults.Succeeded, StartedAt: asked)
            : pod.Terminating ? new MoveState(MoveResults.Running, StartedAt: asked)
            : now - asked >= EvictionLimit ? new MoveState(MoveResults.Failed, Reason: PlanReasons.EvictionRefused, StartedAt: asked)
            : new MoveState(MoveResults.Running, StartedAt: asked, IsRefused: true);
}
