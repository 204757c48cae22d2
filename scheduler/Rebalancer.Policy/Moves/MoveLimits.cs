namespace Rebalancer.Policy.Moves;

/// <summary>How much may move, in all and at the same time.</summary>
/// <param name="Moves">In one plan, &gt; 0.</param>
/// <param name="AtOnce">In the cluster, &gt; 0.</param>
/// <param name="AtOncePerNode">Away from a node and to it, together, &gt; 0.</param>
/// <param name="AtOncePerWorkload">Pods of one owner, &gt; 0.</param>
/// <param name="NewNodes">That a plan may add, &gt;= 0.</param>
/// <param name="FreezeBudget">Longest stop of a pod; what does not survive it does not move.</param>
public sealed record MoveLimits(int Moves = 500, int AtOnce = 20, int AtOncePerNode = 4, int AtOncePerWorkload = 1, int NewNodes = 10, TimeSpan? FreezeBudget = null)
{
    private static readonly TimeSpan DefaultFreeze = TimeSpan.FromSeconds(2);

    public TimeSpan Freeze => FreezeBudget ?? DefaultFreeze;
}
