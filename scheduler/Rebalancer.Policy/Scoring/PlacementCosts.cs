using Rebalancer.Model;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Policy.Scoring;

/// <summary>
/// What a pod costs per hour where it is, beside the node itself: the one place where scheduler and planner weigh risk and wishes, so that they cannot
/// disagree. US dollars per hour.
/// </summary>
public sealed class PlacementCosts
{
    private const double FullWeight = 100;
    private readonly double usdPerPoint;
    private readonly double[] losses;
    private readonly PreferenceTable preferences;

    public PlacementCosts(ClusterIndex index, PlanPolicy policy, IHazardModel hazards, IMoveEstimates estimates)
    {
        Prices = [.. index.Nodes.Select(policy.Pricing.PriceOf)];
        Hazards = [.. index.Nodes.Select(hazards.HazardOf)];
        var moves = new MoveCosts(policy, estimates);
        var values = index.Table.PerPod(policy.ValueOf);
        MoveUsd = new decimal[values.Length];
        for (var pod = 0; pod < values.Length; pod++) { MoveUsd[pod] = moves.OfMove(index.Pods[pod], values[pod]).Usd; }
        losses = index.Table.PerPod(p => LossUsd(moves, p));
        preferences = new PreferenceTable(index);
        usdPerPoint = UsdPerPoint(policy);
    }

    /// <summary>By node.</summary>
    public NodePrice[] Prices { get; }

    /// <summary>By node.</summary>
    public Hazard[] Hazards { get; }

    /// <summary>By pod: what moving it once costs.</summary>
    public decimal[] MoveUsd { get; }

    /// <summary>What the pod is expected to lose by one interruption, US dollars.</summary>
    public double InterruptionLossUsd(int pod) => losses[pod];

    /// <summary>The pod has no wishes, so that nodes differ for it in nothing but their risk.</summary>
    public bool IsIndifferent(int pod) => preferences.IsIndifferent(pod);

    public double RiskPerHour(int pod, int node) => RiskPerHour(Hazards[node], losses[pod]);

    public double PreferencePerHour(int pod, int node) => preferences.IsIndifferent(pod) ? 0 : preferences.Missed(pod, node) * usdPerPoint;

    public double PerHour(int pod, int node) => RiskPerHour(pod, node) + PreferencePerHour(pod, node);

    internal static double RiskPerHour(Hazard hazard, double lossUsd) => hazard.PerHour * lossUsd;

    /// <summary>What the pod is expected to lose by one interruption.</summary>
    internal static double LossUsd(MoveCosts moves, PodInfo pod) => (double)moves.OfInterruption(pod).Usd;

    /// <summary>Dollars per hour for each point of Kubernetes' weights.</summary>
    internal static double UsdPerPoint(PlanPolicy policy) => policy.UsdPerFullPreferenceHour / FullWeight;
}
