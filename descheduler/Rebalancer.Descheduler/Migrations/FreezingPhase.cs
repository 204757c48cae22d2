using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>The agents work; the controller only watches the clock.</summary>
internal static class FreezingPhase
{
    public static MoveStep Next(Observation o)
    {
        if (CommitGuard.Check(o) is { } refusal)
        {
            return MoveMachine.Abort(o, refusal.Reason, refusal.Message);
        }

        var transferred = o.Status.Source?.State == SourceState.Transferred || o.Status.Target?.State == TargetState.Held;
        if (o.Phase == Phases.Freezing && transferred)
        {
            return MoveStep.Do(MoveMachine.Enter(o, Phases.Restoring, StatusChange.None));
        }

        var limit = TimeSpan.FromMilliseconds(o.Status.FreezeBudgetMs ?? 0) + TimeSpan.FromSeconds(o.Limits.FreezeGraceSeconds);
        return PhaseLimit.WaitOrAbort(o, limit, $"source '{o.Status.Source?.State}', target '{o.Status.Target?.State}'");
    }
}
