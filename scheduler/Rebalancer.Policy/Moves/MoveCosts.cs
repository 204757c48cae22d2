using Rebalancer.Model;

namespace Rebalancer.Policy.Moves;

/// <summary>What a move and an interruption of a pod cost.</summary>
public sealed class MoveCosts(PlanPolicy policy, IMoveEstimates estimates)
{
    private const decimal BytesPerGb = 1e9m;

    /// <summary>Freeze, bytes, and the restart that a failed move may mean.</summary>
    public Money OfMove(PodInfo pod) => OfMove(pod, policy.ValueOf(pod));

    /// <param name="value">What the policy says of the pod, where that is at hand.</param>
    internal Money OfMove(PodInfo pod, PodValue value)
    {
        var estimate = estimates.Of(pod);
        return new Money((decimal)estimate.FreezeSeconds * value.UsdPerFrozenSecond
            + estimate.Bytes / BytesPerGb * policy.UsdPerGbMoved
            + (decimal)estimate.FailureShare * value.UsdPerRestart
            + (pod.Shape.PreferNoDisruption ? value.UsdPerRestart : 0));
    }

    /// <summary>Expected loss when the pod's node is taken away: most pods leave in time.</summary>
    public Money OfInterruption(PodInfo pod) => new((decimal)policy.LostInterruptions * policy.ValueOf(pod).UsdPerRestart);
}
