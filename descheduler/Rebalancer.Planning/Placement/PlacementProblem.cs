using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Scoring;

namespace Rebalancer.Planning.Placement;

/// <summary>A snapshot under a policy, as numbers: what each node costs, which pods may move, and what each placement costs over the hours that count.</summary>
internal sealed class PlacementProblem
{
    /// <summary>Costs are counted in millionths of a dollar, so that sums are exact however they come about.</summary>
    public const double MicrosPerUsd = 1e6;

    private readonly PlanPolicy policy;

    public PlacementProblem(ClusterSnapshot snapshot, PlanPolicy policy, IHazardModel hazards, IMoveEstimates estimates)
    {
        this.policy = policy;
        var offers = Offers.Of(snapshot, policy);
        var offered = offers.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        Index = new ClusterIndex(snapshot with { Nodes = snapshot.Nodes.AddRange(offers) });
        Costs = new PlacementCosts(Index, policy, hazards, estimates);
        Offered = [.. Index.Nodes.Select(n => offered.Contains(n.Name))];
        Home = [.. Index.Pods.Select(p => Index.NodeNumber(p.NodeName))];
        Covered = Commitments.Covered(policy.Commitments, snapshot.Nodes, Used);
        NodeMicros = [.. Enumerable.Range(0, Index.Nodes.Length).Select(PriceOf)];
        MoveMicros = [.. Costs.MoveUsd.Select(m => (long)(m * (decimal)MicrosPerUsd))];
        Immovable = new MovablePods(Index, policy, snapshot.Budgets).Reasons();
        MayTake = [.. Index.Nodes.Select(n => MoveRules.Availability(n) == RejectionKind.None)];
    }

    public ClusterIndex Index { get; }

    public PlacementCosts Costs { get; }

    /// <summary>By node: it does not exist yet.</summary>
    public bool[] Offered { get; }

    /// <summary>By pod: the node where it runs; -1 where it is not placed.</summary>
    public int[] Home { get; }

    /// <summary>Nodes that a commitment pays for.</summary>
    public HashSet<string> Covered { get; }

    /// <summary>By node: what it costs while it holds a pod, over the hours that count; 0 where its going would save nothing.</summary>
    public long[] NodeMicros { get; }

    /// <summary>By pod: what moving it costs, once.</summary>
    public long[] MoveMicros { get; }

    /// <summary>By pod: why it may not move; null where it may.</summary>
    public string?[] Immovable { get; }

    /// <summary>The pod stays where it is, from now on.</summary>
    public void Pin(int pod, string reason) => Immovable[pod] = reason;

    /// <summary>By node: pods may be sent there.</summary>
    public bool[] MayTake { get; }

    public int MaxMoves => policy.Limits.Moves;

    public int MaxNewNodes => policy.Limits.NewNodes;

    /// <summary>What the pod costs on the node over the hours that count, beside the node itself.</summary>
    public long PlacementMicros(int pod, int node) => (long)Math.Round(Costs.PerHour(pod, node) * policy.StableHours * MicrosPerUsd);

    public bool CpuSuits(int pod, int node)
        => policy.IgnoreCpu || Home[pod] < 0 || CpuCompatibility.MayGoOn(Index.Nodes[Home[pod]].Machine, Index.Nodes[node].Machine);

    /// <summary>The policy sends no pod there: the node is too likely to be taken away.</summary>
    public bool IsTooRisky(int node) => Costs.Hazards[node].PerHour > policy.SpotRiskCeilingPerHour;

    /// <summary>A node that holds only such pods is empty: they go with it.</summary>
    public bool GoesWithNode(int pod) => Index.Pods[pod] is { Owner.Kind: "DaemonSet" } or { Shape.Mirror: true };

    /// <summary>Why the node stays, whatever its pods do; null where it may go.</summary>
    public string? Kept(int node) => Index.Nodes[node] is var info && info.KeepMark is { } mark ? $"it has {mark}"
        : !policy.Nodes.Matches(info) ? "the policy leaves it alone"
        : Covered.Contains(info.Name) ? "a commitment pays for it whether it runs or not"
        : info.TerminatesAt is not null || info.Interrupted ? "it is about to go anyway"
        : null;

    private long PriceOf(int node)
        => Offered[node] || Kept(node) is null ? (long)Math.Round((double)Costs.Prices[node].PerHour.Usd * policy.StableHours * MicrosPerUsd) : 0;

    private double Used(NodeInfo node)
    {
        var (number, used) = (Index.NodeNumber(node.Name), 0L);
        for (var pod = 0; pod < Home.Length; pod++)
        {
            used += Home[pod] == number ? Index.Requests[pod * Index.ResourceCount] : 0;
        }

        return used / (double)Math.Max(1, Index.Allocatable[number * Index.ResourceCount]);
    }
}
