using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Policy.Scoring;

/// <summary>Scores nodes for one pod: what the scheduler answers, and what the planner's target choice weighs.</summary>
public sealed class NodeScorer(ClusterIndex index, Occupancy state, PlacementCosts costs)
{
    /// <summary>Room that fits nothing any more is paid for by nobody: what a full percent of imbalance is worth, as a share of the node's price.</summary>
    private const double PackingShare = 0.1;

    /// <summary>A processor on which the pod may fail to go on costs it the way back: as much as the node itself.</summary>
    private const double CpuShare = 1;

    /// <param name="source">Where the pod runs now; <see cref="ClusterIndex.NoNode"/> for a new one.</param>
    public NodeScore Score(int pod, int node, int source)
    {
        var price = (double)costs.Prices[node].PerHour.Usd;
        var share = Share(pod, node);
        var imbalance = Imbalance(pod, node);
        var goesOn = source < 0 || CpuCompatibility.MayGoOn(index.Nodes[source].Machine, index.Nodes[node].Machine);
        return new NodeScore(index.Nodes[node].Name,
        [
            new ScoreTerm("cost", price * share, $"{Percent(share)} of a node at {costs.Prices[node].PerHour}/h{(costs.Prices[node].Estimated ? " (estimated)" : "")}"),
            new ScoreTerm("risk", costs.RiskPerHour(pod, node), costs.Hazards[node].Basis),
            new ScoreTerm("preferences", costs.PreferencePerHour(pod, node), "wishes that are not met"),
            new ScoreTerm("packing", price * PackingShare * imbalance, $"{Percent(imbalance)} more free of one resource than of the other"),
            new ScoreTerm("cpu", goesOn ? 0 : price * CpuShare, goesOn ? "processor suits" : "the processor may lack features"),
        ]);
    }

    /// <summary>The part of the node that the pod uses up: that of the resource of which it takes the largest part.</summary>
    private double Share(int pod, int node)
    {
        var share = 0.0;
        for (var r = 0; r < index.ResourceCount; r++)
        {
            var (asked, all) = (index.Requests[pod * index.ResourceCount + r], index.Allocatable[node * index.ResourceCount + r]);
            share = asked > 0 && all > 0 ? Math.Max(share, (double)asked / all) : share;
        }

        return share;
    }

    /// <summary>How unevenly cpu and memory would be left, 0 to 1.</summary>
    private double Imbalance(int pod, int node)
    {
        Span<double> left = stackalloc double[2];
        for (var r = 0; r < left.Length; r++)
        {
            var all = index.Allocatable[node * index.ResourceCount + r];
            left[r] = all > 0 ? Math.Clamp((double)(state.Free(node, r) - index.Requests[pod * index.ResourceCount + r]) / all, 0, 1) : 0;
        }

        return Math.Abs(left[0] - left[1]);
    }

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);
}
