using System.Collections.Immutable;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Policy;

/// <summary>What becomes of a plan.</summary>
public enum RebalanceMode
{
    /// <summary>It is kept, and never carried out.</summary>
    Observe,

    /// <summary>It is carried out once it is approved.</summary>
    Recommend,

    /// <summary>It is carried out where its verdict is to act.</summary>
    Auto,
}

/// <summary>How long things are left alone; each at least 0.</summary>
/// <param name="Plan">Between two plans that are carried out.</param>
/// <param name="Pod">Between two moves of one pod.</param>
/// <param name="LastSource">Until a pod may come back to the node that it left.</param>
/// <param name="Failure">After a failed move of a pod; twice as long after each further one.</param>
public sealed record CoolDowns(TimeSpan Plan, TimeSpan Pod, TimeSpan LastSource, TimeSpan Failure)
{
    public static readonly CoolDowns Default = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(24), TimeSpan.FromMinutes(30));
}

/// <summary>Who takes an emptied node away.</summary>
public enum NodeReleaseMethod
{
    /// <summary>Cluster Autoscaler or Karpenter, by their own removal of empty nodes.</summary>
    Autoscaler,

    /// <summary>Karpenter: the node's NodeClaim is deleted.</summary>
    NodeClaim,

    /// <summary>A service of the owner's, told by HTTP.</summary>
    Webhook,
}

/// <param name="Timeout">A node that is still there so long after it was emptied is given back to scheduling; &gt; 0.</param>
/// <param name="Url">Of the webhook.</param>
public sealed record NodeReleaseRules(NodeReleaseMethod Method, TimeSpan Timeout, Uri? Url = null)
{
    public static readonly NodeReleaseRules Default = new(NodeReleaseMethod.Autoscaler, TimeSpan.FromMinutes(30));
}

/// <summary>Which pods are copied ahead of a notice, and how much of that there may be.</summary>
/// <param name="HazardPerHour">Expected interruptions per hour of a node from which on its pods are; null: only of nodes that their cloud recommends to leave. Above 0.</param>
/// <param name="AtOnce">In the cluster; above 0.</param>
/// <param name="AtOncePerNode">From a node and to it, together; above 0.</param>
/// <param name="Longest">Then a copy is given up; above 0.</param>
/// <param name="BandwidthMbit">Of all of them together; above 0.</param>
public sealed record AheadRules(double? HazardPerHour, int AtOnce, int AtOncePerNode, TimeSpan Longest, long BandwidthMbit)
{
    public static readonly AheadRules Default = new(null, 10, 2, TimeSpan.FromHours(1), 200);
}

/// <summary>A whole policy: what plans are made by, and what is done with them.</summary>
public sealed record RebalanceRules
{
    public RebalanceMode Mode { get; init; }

    public PlanPolicy Plan { get; init; } = new();

    public ImmutableArray<MoveBudget> Budgets { get; init; } = [];

    /// <summary>When the budgets close while a plan runs, moves that have not committed are given up; otherwise what has begun ends.</summary>
    public bool StopAtWindowEnd { get; init; }

    public CoolDowns CoolDowns { get; init; } = CoolDowns.Default;

    public NodeReleaseRules Release { get; init; } = NodeReleaseRules.Default;

    /// <summary>Null: no pod is copied ahead of a notice.</summary>
    public AheadRules? Ahead { get; init; }

    /// <summary>Mbit/s of all moves together while their pods run; 0: no limit; null: as the service is started.</summary>
    public long? BandwidthMbit { get; init; }
}
