using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>The source's agent sends the memory while the pod runs. Nothing of the pod, its owner or its Services is touched.</summary>
internal static class PreCopyingPhase
{
    public static MoveStep Next(Observation o)
    {
        if (CommitGuard.Check(o) is { } refusal)
        {
            return MoveMachine.Abort(o, refusal.Reason, refusal.Message);
        }

        if (o.Migration.IsHeld)
        {
            return Hold.Next(o);
        }

        if (o.Status.Conditions.IsTrue(Conditions.Holding))
        {
            return Hold.LetGo(o);
        }

        return o.Status.Source?.State == SourceState.Copied
            ? MoveStep.Do(MoveMachine.Enter(o, Phases.Preparing, StatusChange.None.SetItem("strategy", o.Status.Source.Strategy ?? Strategies.StopAndCopy)))
            : PhaseLimit.WaitOrAbort(o, TimeSpan.FromSeconds(o.Limits.PreCopySeconds), $"the source agent on {o.Status.SourceNode} is still sending memory");
    }
}
