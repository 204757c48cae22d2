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
    private readonly MachineClasses machines;
    private readonly string?[] kept;
    private readonly bool[] goesWithNode;
    private readonly bool[] indifferent;
    private readonly double[] hazards;
    private readonly double[] losses;

    public PlacementProblem(ClusterSnapshot snapshot, PlanPolicy policy, IHazardModel hazards, IMoveEstimates estimates)
    {
        this.policy = policy;
        // What takes long and does not need the other runs beside it, here and below.
        var table = Task.Run(() => new PodTable(snapshot));
        var models = Offers.Models(snapshot, policy);
        var pods = table.GetAwaiter().GetResult();
        var offers = Offers.Of(snapshot, models, pods, policy);
        var offered = offers.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        Index = new ClusterIndex(snapshot.Nodes.AddRange(offers), snapshot.Storage, pods);
        var movable = Task.Run(() => new MovablePods(Index, policy, snapshot).Find());
        Costs = new PlacementCosts(Index, policy, hazards, estimates);
        indifferent = [.. Enumerable.Range(0, Index.Pods.Length).Select(Costs.IsIndifferent)];
        losses = [.. Enumerable.Range(0, Index.Pods.Length).Select(Costs.InterruptionLossUsd)];
        this.hazards = [.. Costs.Hazards.Select(h => h.PerHour)];
        machines = new MachineClasses(Index.Nodes);
        Offered = [.. Index.Nodes.Select(n => offered.Contains(n.Name))];
        Home = Index.NodeOf;
        LastSource = [.. Index.Pods.Select(p => p.LastSource is { } left ? Index.NodeNumber(left) : ClusterIndex.NoNode)];
        goesWithNode = [.. Index.Pods.Select(p => p is { Owner.Kind: "DaemonSet" } or { Shape.Mirror: true })];
        var covered = Commitments.Covered(policy.Commitments, snapshot.Nodes, UsedShares());
        kept = [.. Index.Nodes.Select(n => WhyKept(n, covered))];
        NodeMicros = [.. Enumerable.Range(0, Index.Nodes.Length).Select(PriceOf)];
        (Immovable, Evicted) = movable.GetAwaiter().GetResult();
        MoveMicros = [.. Enumerable.Range(0, Home.Length).Select(p => (long)(MoveUsd(p) * (decimal)MicrosPerUsd))];
        MayTake = [.. Index.Nodes.Select(n => MoveRules.Availability(n) == RejectionKind.None)];
        Pools = new NodePools(Index, [.. Enumerable.Range(0, Home.Length).Select(p => Immovable[p] is null && !goesWithNode[p])]);
        Shapes = new PodShapes(Index);
        Prices = PoolPrices();
        Worth = Worths();
    }

    public ClusterIndex Index { get; }

    public PlacementCosts Costs { get; }

    /// <summary>By node: it does not exist yet.</summary>
    public bool[] Offered { get; }

    /// <summary>By pod: the node where it runs; -1 where it is not placed.</summary>
    public int[] Home { get; }

    /// <summary>By pod: the node that it has left not long ago, where it is not sent again; -1 for none.</summary>
    public int[] LastSource { get; }

    /// <summary>By node: what it costs while it holds a pod, over the hours that count; 0 where its going would save nothing.</summary>
    public long[] NodeMicros { get; }

    /// <summary>By pod: what moving it costs, once.</summary>
    public long[] MoveMicros { get; }

    /// <summary>By pod: why it may not move; null where it may.</summary>
    public string?[] Immovable { get; }

    /// <summary>By pod: it may move only because it is evicted.</summary>
    public bool[] Evicted { get; }

    /// <summary>By pod: what the room that it asks for is worth, in the unit of <see cref="NodeMicros"/>; above 0. See <see cref="ShadowPrices"/>.</summary>
    public double[] Worth { get; }

    public NodePools Pools { get; }

    public PodShapes Shapes { get; }

    /// <summary>By pool.</summary>
    public ShadowPrices[] Prices { get; }

    /// <summary>By node: pods may be sent there.</summary>
    public bool[] MayTake { get; }

    public int MaxMoves => policy.Limits.Moves;

    public int MaxNewNodes => policy.Limits.NewNodes;

    /// <summary>What the pod costs on the node over the hours that count, beside the node itself.</summary>
    public long PlacementMicros(int pod, int node)
        => indifferent[pod] && hazards[node] == 0 ? 0 : (long)Math.Round((indifferent[pod] ? hazards[node] * losses[pod] : Costs.PerHour(pod, node)) * policy.StableHours * MicrosPerUsd);

    /// <summary>What moving the pod costs, once: a restart where it is evicted.</summary>
    public decimal MoveUsd(int pod) => Evicted[pod] ? policy.ValueOf(Index.Pods[pod]).UsdPerRestart : Costs.MoveUsd[pod];

    public bool CpuSuits(int pod, int node) => policy.IgnoreCpu || Evicted[pod] || Home[pod] < 0 || machines.MayGoOn(Home[pod], node);

    /// <summary>The policy sends no pod there: the node is too likely to be taken away.</summary>
    public bool IsTooRisky(int node) => policy.IsTooRisky(hazards[node]);

    /// <summary>A node that holds only such pods is empty: they go with it.</summary>
    public bool GoesWithNode(int pod) => goesWithNode[pod];

    /// <summary>Why the node stays, whatever its pods do; null where it may go.</summary>
    public string? Kept(int node) => kept[node];

    public long Request(int pod, int resource) => Index.Requests[pod * Index.ResourceCount + resource];

    public long Allocatable(int node, int resource) => Index.Allocatable[node * Index.ResourceCount + resource];

    private string? WhyKept(NodeInfo node, HashSet<string> covered) => node.KeepMark is { } mark ? $"it has {mark}"
        : !policy.Nodes.Matches(node) ? "the policy leaves it alone"
        : covered.Contains(node.Name) ? "a commitment pays for it whether it runs or not"
        : node.TerminatesAt is not null || node.Interrupted ? "it is about to go anyway"
        : null;

    private long PriceOf(int node)
        => Offered[node] || Kept(node) is null ? (long)Math.Round((double)Costs.Prices[node].PerHour.Usd * policy.StableHours * MicrosPerUsd) : 0;

    private Func<NodeInfo, double> UsedShares()
    {
        var used = new long[Index.Nodes.Length];
        for (var pod = 0; pod < Home.Length; pod++)
        {
            if (Home[pod] >= 0) { used[Home[pod]] += Request(pod, 0); }
        }

        return node => Index.NodeNumber(node.Name) is var n ? used[n] / (double)Math.Max(1, Allocatable(n, 0)) : 0;
    }

    private double[] Worths()
    {
        var known = new double[Pools.Count, Shapes.Count];
        var worth = new double[Home.Length];
        for (var pod = 0; pod < worth.Length; pod++)
        {
            var pool = Home[pod] >= 0 ? Pools.Of[Home[pod]] : 0;
            ref var ofShape = ref known[pool, Shapes.Of[pod]];
            // A pod that asks for nothing takes a place all the same.
            if (ofShape == 0) { ofShape = 1 + Prices[pool].Worth(Request(pod, 0), Request(pod, 1)); }
            worth[pod] = ofShape;
        }

        return worth;
    }

    private ShadowPrices[] PoolPrices()
    {
        var counts = new int[Pools.Count, Shapes.Count];
        for (var pod = 0; pod < Home.Length; pod++)
        {
            if (Home[pod] >= 0 && !goesWithNode[pod]) { counts[Pools.Of[Home[pod]], Shapes.Of[pod]]++; }
        }

        return [.. Pools.Nodes.Select((nodes, pool) => ShadowPrices.Of(
            Enumerable.Range(0, Shapes.Count).Select(s => (Request(Shapes.Example(s), 0), Request(Shapes.Example(s), 1), counts[pool, s])),
            nodes.Select(n => (Allocatable(n, 0), Allocatable(n, 1), NodeMicros[n]))))];
    }
}
