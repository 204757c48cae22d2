using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>One pod's scores. What does not depend on the node is worked out once. Not for several threads.</summary>
public sealed class PodScorer
{
    private readonly LiveIndex index;
    private readonly PodInfo pod;
    private readonly long[] asked;
    private readonly double lossUsd;
    private readonly MachineInfo? source;
    private readonly Dictionary<string, int>?[] domains;

    internal PodScorer(LiveIndex index, PodInfo pod, long[] asked, double lossUsd, MachineInfo? source)
    {
        this.index = index;
        this.pod = pod;
        this.asked = asked;
        this.lossUsd = lossUsd;
        this.source = source;
        domains = pod.Placement.Preferences.Pods.IsEmpty ? [] : new Dictionary<string, int>?[pod.Placement.Preferences.Pods.Length];
    }

    public ScoreTerms Score(LiveNode node) => ScoreTerms.Of(
        node.UsdPerHour,
        NodeRoom.Share(asked, node.Allocatable),
        NodeRoom.Imbalance(asked, node.Free, node.Allocatable),
        PlacementCosts.RiskPerHour(node.Hazard, lossUsd),
        Missed(node) * index.UsdPerPoint,
        source is null || CpuCompatibility.MayGoOn(source, node.Info.Machine));

    public NodeScore Explain(LiveNode node) => NodeScore.Of(
        node.Info.Name, Score(node), node.Price, node.Hazard, NodeRoom.Share(asked, node.Allocatable), NodeRoom.Imbalance(asked, node.Free, node.Allocatable));

    /// <summary>The resource, or "pods", of which pods and reservations leave too little; null where the pod fits.</summary>
    public string? ShortOf(LiveNode node)
        => node.PodCount >= node.Info.PodLimit ? "pods" : NodeRoom.ShortOf(asked, node.Free) is var column and >= 0 ? index.ColumnName(column) : null;

    private double Missed(LiveNode node)
    {
        var preferences = pod.Placement.Preferences;
        if (preferences.IsEmpty && !node.HasSoftTaints)
        {
            return 0;
        }

        var missed = PreferenceRules.MissedOfNode(pod.Placement, node.Info);
        for (var wish = 0; wish < preferences.Pods.Length; wish++)
        {
            missed += PreferenceRules.MissedOfNeighbours(preferences.Pods[wish], HasNeighbour(wish, node));
        }

        return missed;
    }

    private bool HasNeighbour(int wish, LiveNode node)
    {
        var term = pod.Placement.Preferences.Pods[wish].Term;
        var self = pod.NodeName.Length > 0 ? (pod, pod.NodeName) : default((PodInfo, string)?);
        var counts = domains[wish] ??= index.Neighbours.ByDomain(term, index, self);
        return node.Info.Labels.GetValueOrDefault(term.TopologyKey) is { } domain && counts.GetValueOrDefault(domain) > 0;
    }
}
