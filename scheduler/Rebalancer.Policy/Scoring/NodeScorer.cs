using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Policy.Scoring;

/// <summary>Scores nodes for one pod: what the planner's target choice weighs. The scheduler's <see cref="Live.LiveIndex"/> comes to the same.</summary>
public sealed class NodeScorer(ClusterIndex index, Occupancy state, PlacementCosts costs)
{
    /// <param name="source">Where the pod runs now; <see cref="ClusterIndex.NoNode"/> for a new one.</param>
    public NodeScore Score(int pod, int node, int source)
    {
        var width = index.ResourceCount;
        var asked = index.Requests.AsSpan(pod * width, width);
        var all = index.Allocatable.AsSpan(node * width, width);
        var (share, imbalance) = (NodeRoom.Share(asked, all), NodeRoom.Imbalance(asked, state.Free(node), all));
        var goesOn = source < 0 || CpuCompatibility.MayGoOn(index.Nodes[source].Machine, index.Nodes[node].Machine);
        var price = costs.Prices[node];
        var terms = ScoreTerms.Of((double)price.PerHour.Usd, share, imbalance, costs.RiskPerHour(pod, node), costs.PreferencePerHour(pod, node), goesOn);
        return NodeScore.Of(index.Nodes[node].Name, terms, price, costs.Hazards[node], share, imbalance);
    }
}
