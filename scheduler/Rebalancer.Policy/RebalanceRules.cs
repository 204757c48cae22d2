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

/// <summary>A whole policy: what plans are made by, and what is done with them.</summary>
public sealed record RebalanceRules
{
    public RebalanceMode Mode { get; init; }

    public PlanPolicy Plan { get; init; } = new();

    public ImmutableArray<MoveBudget> Budgets { get; init; } = [];

    public CoolDowns CoolDowns { get; init; } = CoolDowns.Default;

    /// <summary>Mbit/s of all moves together while their pods run; 0: no limit; null: as the service is started.</summary>
    public long? BandwidthMbit { get; init; }
}
