namespace Rebalancer.Policy.Moves;

/// <summary>What stopping a pod costs its owner.</summary>
/// <param name="UsdPerFrozenSecond">US dollars for each second that the pod stands still, &gt;= 0.</param>
/// <param name="UsdPerRestart">US dollars when the pod is lost and has to start anew, &gt;= 0.</param>
public sealed record PodValue(decimal UsdPerFrozenSecond = 0m, decimal UsdPerRestart = 0.05m);
