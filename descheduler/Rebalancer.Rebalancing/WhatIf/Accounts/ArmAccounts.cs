using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Rebalancing.WhatIf.Clusters;

namespace Rebalancer.Rebalancing.WhatIf.Accounts;

/// <summary>
/// What one world's pods lose, and what they would have lost if each live move had been an eviction: pods end up in the same places either way, so that the second account needs no world of
/// its own. A move that rolled back is no eviction in it.
/// </summary>
internal sealed class ArmAccounts(PlanPolicy policy, IMoveEstimates estimates, TimeSpan restart)
{
    private const decimal BytesPerGb = 1e9m;

    public Losses Own { get; } = new();

    public Losses AsEvictions { get; } = new();

    /// <summary>A plan's move went well.</summary>
    public void Moved(SimulatedPod pod)
    {
        Own.Moves++;
        Own.FrozenSeconds += estimates.Of(pod.Info).FreezeSeconds;
        Own.MovingUsd += LiveUsd(pod.Info);
        EvictedByPlan(pod.Info);
    }

    /// <summary>A plan's move was refused or rolled back: the pod is where it was.</summary>
    public void MoveFailed()
    {
        Own.FailedMoves++;
        AsEvictions.FailedMoves++;
    }

    /// <summary>A plan's move lost the pod.</summary>
    public void LostByMove(SimulatedPod pod)
    {
        Own.FailedMoves++;
        Own.Restarts++;
        Own.MovingUsd += policy.ValueOf(pod.Info).UsdPerRestart;
        EvictedByPlan(pod.Info);
    }

    /// <summary>A plan evicted a pod that cannot move live.</summary>
    public void Evicted(SimulatedPod pod)
    {
        Own.Moves++;
        Own.Restarts++;
        Own.MovingUsd += policy.ValueOf(pod.Info).UsdPerRestart;
        EvictedByPlan(pod.Info);
    }

    /// <summary>It left an interrupted node live.</summary>
    public void Saved(SimulatedPod pod)
    {
        Own.SavedPods++;
        Own.FrozenSeconds += estimates.Of(pod.Info).FreezeSeconds;
        Own.InterruptionUsd += LiveUsd(pod.Info);
        AsEvictions.Restarts++;
        AsEvictions.RestartSeconds += restart.TotalSeconds;
        AsEvictions.InterruptionUsd += policy.ValueOf(pod.Info).UsdPerRestart;
    }

    public void LostByInterruption(SimulatedPod pod)
    {
        foreach (var losses in (ReadOnlySpan<Losses>)[Own, AsEvictions])
        {
            losses.Restarts++;
            losses.InterruptionUsd += policy.ValueOf(pod.Info).UsdPerRestart;
        }
    }

    /// <summary>A pod that was lost serves again, or nobody waits for it any more.</summary>
    public void Back(SimulatedPod pod, DateTimeOffset now)
    {
        if (pod.LostAt is not { } lost)
        {
            return;
        }

        Own.RestartSeconds += (now - lost).TotalSeconds;
        AsEvictions.RestartSeconds += pod.WasLostByMove ? 0 : (now - lost).TotalSeconds;
        (pod.LostAt, pod.WasLostByMove) = (null, false);
    }

    private void EvictedByPlan(PodInfo pod)
    {
        AsEvictions.Moves++;
        AsEvictions.Restarts++;
        AsEvictions.RestartSeconds += restart.TotalSeconds;
        AsEvictions.MovingUsd += policy.ValueOf(pod).UsdPerRestart;
    }

    private decimal LiveUsd(PodInfo pod)
    {
        var estimate = estimates.Of(pod);
        return (decimal)estimate.FreezeSeconds * policy.ValueOf(pod).UsdPerFrozenSecond + estimate.Bytes / BytesPerGb * policy.UsdPerGbMoved;
    }
}
