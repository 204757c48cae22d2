using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>No phase waits for ever.</summary>
internal static class PhaseLimit
{
    public static MoveStep WaitOrAbort(Observation o, TimeSpan limit, string missing, string reason = Reasons.PhaseTimeout)
    {
        var left = limit - o.PhaseAge;
        return left <= TimeSpan.Zero
            ? MoveMachine.Abort(o, reason, $"{o.Phase} took longer than {StatusChange.Seconds(limit)}: {missing}")
            : MoveStep.Wait(UntilDeadline(o, left));
    }

    /// <summary>A recheck comes no later than what it is done before.</summary>
    public static TimeSpan Recheck(Observation o, TimeSpan recheck, DateTimeOffset expiresAt)
        => UntilDeadline(o, expiresAt - o.Now < recheck ? expiresAt - o.Now : recheck);

    /// <summary>The deadline ends a wait too.</summary>
    public static TimeSpan UntilDeadline(Observation o, TimeSpan left)
        => o.Migration.Spec.Deadline is { } deadline && deadline - o.Now < left ? deadline - o.Now : left;
}
