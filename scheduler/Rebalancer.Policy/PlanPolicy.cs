using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Policy;

/// <summary>What the owner of a cluster has decided about moving its pods. Money is in US dollars.</summary>
public sealed record PlanPolicy
{
    public NodePricing Pricing { get; init; } = new();
    public ImmutableArray<Commitment> Commitments { get; init; } = [];

    /// <summary>Hours for which a saving is counted: how long things are expected to stay as they are. 0.1 to 8760.</summary>
    public double StableHours { get; init; } = 24;

    /// <summary>What pods are worth, by priority: the entry of the highest priority that the pod reaches.</summary>
    public ImmutableSortedDictionary<int, PodValue> PodValues { get; init; } = ImmutableSortedDictionary<int, PodValue>.Empty.Add(int.MinValue, new PodValue());

    /// <summary>US dollars per GB that a move sends. Default: between zones of a cloud, both directions.</summary>
    public decimal UsdPerGbMoved { get; init; } = 0.02m;

    /// <summary>Share of interruptions that a pod does not get away from in time. 0 to 1.</summary>
    public double LostInterruptions { get; init; } = 0.1;

    /// <summary>Dollars per hour that a pod's preference of weight 100 is worth.</summary>
    public double UsdPerFullPreferenceHour { get; init; } = 0.001;

    /// <summary>A plan acts only if the share of cost that it saves is at least the share of pods that it moves, divided by this. Above 0.</summary>
    public double DisruptionTolerance { get; init; } = 4;

    /// <summary>A plan acts only if it saves at least this share of the cost. 0 to 1.</summary>
    public double LeastSavingShare { get; init; } = 0.01;

    public MoveLimits Limits { get; init; } = new();

    /// <summary>Moves go to any processor; otherwise to those only that can go on where the pod's stopped.</summary>
    public bool IgnoreCpu { get; init; }

    /// <summary>Nodes that may be removed or replaced, and pods moved away from.</summary>
    public NodeMatch Nodes { get; init; } = new();

    /// <summary>Pods that may be moved.</summary>
    public PodMatch Pods { get; init; } = new();

    /// <summary>Those of them that may be evicted where they cannot move live; null: none.</summary>
    public PodMatch? EvictedPods { get; init; }

    /// <summary>Expected interruptions per hour of a node above which no pod is moved to it; null: no ceiling. At least 0.</summary>
    public double? SpotRiskCeilingPerHour { get; init; }

    /// <summary>No pod is sent to such a node.</summary>
    public bool IsTooRisky(double hazardPerHour) => hazardPerHour > SpotRiskCeilingPerHour;

    /// <summary>Machine types that can be had instead of those that are there.</summary>
    public ImmutableArray<string> OfferedTypes { get; init; } = [];

    public PodValue ValueOf(PodInfo pod)
    {
        var reached = PodValues.Where(v => v.Key <= pod.Priority).Select(v => v.Value).LastOrDefault();
        return reached ?? new PodValue();
    }
}
