using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Both agents say whether they could; nothing is touched yet.</summary>
internal static class PreflightPhase
{
    public static MoveStep Next(Observation o)
    {
        if (CommitGuard.Check(o) is { } refusal)
        {
            return MoveMachine.Abort(o, refusal.Reason, refusal.Message);
        }

        var source = o.Status.Source?.State == SourceState.Ready ? o.Status.Source : null;
        var target = o.Status.Target?.State == TargetState.Ready ? o.Status.Target : null;
        if (source is null || target is null)
        {
            return PhaseLimit.WaitOrAbort(o, TimeSpan.FromSeconds(o.Limits.PreflightSeconds), Missing(o, source is null, target is null));
        }

        return o.Migration.Spec.CpuPolicy == "Strict" && CpuCheck.Compare(source.Cpu, target.Cpu) is { } difference
            ? MoveMachine.Abort(o, Reasons.CpuIncompatible, $"{o.Status.SourceNode} to {o.Status.TargetNode}: {difference}")
            : Begin(o);
    }

    /// <summary>Copying takes the nodes' links and cores: it waits for the same slots as what follows.</summary>
    private static MoveStep Begin(Observation o) => MoveSlots.Wait(o) is { } wait
        ? Waiting.ForSlot(o, wait)
        : MoveStep.Do(MoveMachine.Enter(o, Phases.PreCopying, BandwidthShare.Change(o)));

    private static string Missing(Observation o, bool source, bool target)
        => "no answer from " + string.Join(" and ", new[]
        {
            source ? $"the source agent on {o.Status.SourceNode}" : null,
            target ? $"the target agent on {o.Status.TargetNode}" : null,
        }.Where(s => s is not null));
}
