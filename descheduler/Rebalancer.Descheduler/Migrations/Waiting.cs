using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>A move that waits says what for.</summary>
internal static class Waiting
{
    private static readonly TimeSpan SlotRecheck = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits for what other moves hold, until the phase has lasted as long as that is allowed.</summary>
    public static MoveStep ForSlot(Observation o, Refusal cause) => o.PhaseAge.TotalSeconds >= o.Limits.SlotWaitSeconds
        ? MoveMachine.Abort(o, cause.Reason == Reasons.DisruptionBudget ? cause.Reason : Reasons.PhaseTimeout, "waited too long: " + cause.Message)
        : For(o, cause, SlotRecheck);

    public static MoveStep For(Observation o, Refusal cause, TimeSpan recheck)
    {
        var shown = o.Status.Conditions?.FirstOrDefault(c => c.Type == Conditions.Admitted);
        if (shown is { Status: "False" } && shown.Reason == cause.Reason && o.Status.Message == cause.Message)
        {
            return MoveStep.Wait(recheck);
        }

        var change = StatusChange.None.WithReason(cause.Reason, cause.Message).WithCondition(o, Conditions.Admitted, false, cause.Reason, cause.Message);
        return new MoveStep([new MoveAction.WriteStatus(o.Phase, change)], recheck);
    }
}
