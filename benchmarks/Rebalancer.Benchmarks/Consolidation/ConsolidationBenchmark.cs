using System.Diagnostics;
using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>Plans a generated cluster within several times, and prices it in the ways that the plan is compared with.</summary>
internal sealed class ConsolidationBenchmark(IReadOnlyList<DlrmInstance> instances, int seed, TimeProvider time, Action<string> progress)
{
    private const int PodsPerNode = 20;

    /// <summary>What an operator of that many nodes would allow: one node in ten is busy with a move.</summary>
    private const int NodesPerMoveAtOnce = 10;

    public ConsolidationResult Run(int nodes, bool sixtySeconds)
    {
        var cluster = new ConsolidationCluster(instances, nodes, nodes * PodsPerNode, seed).Make();
        var policy = Policy(cluster);
        MovePlan Plan(double seconds, PlanPolicy? other = null)
        {
            var planner = new Rebalancer.Planning.Planner(other ?? policy, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), time);
            var start = time.GetTimestamp();
            var plan = planner.Plan(cluster, new PlanBudget(int.MaxValue, TimeSpan.FromSeconds(seconds)));
            progress(string.Create(CultureInfo.InvariantCulture, $"{nodes} nodes, {seconds} s: {plan.Balance.After.Usd:0.00} $/h with {plan.Balance.Moves} moves in {plan.Waves.Length} waves, {plan.NewNodes.Length} new nodes; took {time.GetElapsedTime(start).TotalSeconds:0.0} s"));
            return plan;
        }

        // What making the cluster has left behind is none of the planner's work.
        GC.Collect();
        var load = Load();
        var (began, cpu) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var first = Plan(0);
        var (firstMs, firstCpuMs) = (time.GetElapsedTime(began).TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
        var (after1, after5, after60) = (Plan(1), Plan(5), sixtySeconds ? Plan(60) : null);
        var peakMb = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        var movesFree = Plan(sixtySeconds ? 60 : 5, policy with { UsdPerGbMoved = 0, LostInterruptions = 0 });
        var model = new ConsolidationModel(cluster, new MoveCosts(policy, new SizeEstimates()));
        var single = SingleNodeBaseline.Run(model);
        double WithMoves(double nodes, double moves) => Math.Round(nodes + moves / policy.StableHours, 2);
        var longest = (after60 ?? after5).Balance;
        return new ConsolidationResult(
            nodes, cluster.Pods.Length, (int)firstMs, (int)firstCpuMs, load, Usd(first.Balance.Before), Usd(first.Balance.After), Usd(after1.Balance.After), Usd(after5.Balance.After),
            after60 is null ? null : Usd(after60.Balance.After), Usd(movesFree.Balance.After), Math.Round(single.UsdPerHour, 2), Math.Round(RepackBaseline.Run(model), 2), Math.Round(CostBound.Of(model), 2),
            after5.Balance.Moves, single.Moves, WithMoves(Usd(longest.After), Usd(longest.Moving)), WithMoves(single.UsdPerHour, single.MovesUsd), after5.Waves.Length, (int)peakMb);
    }

    /// <summary>Moves and new nodes without limit, so that what is compared is the packing; the rest as it is by default.</summary>
    private static PlanPolicy Policy(ClusterSnapshot cluster) => new()
    {
        Pricing = new NodePricing { Catalogues = [Ec2Catalogue.Instance] },
        OfferedTypes = [.. ConsolidationShapes.OfferedTypes],
        Limits = new MoveLimits(cluster.Pods.Length, Math.Max(20, cluster.Nodes.Length / NodesPerMoveAtOnce), AtOncePerWorkload: 10, NewNodes: cluster.Nodes.Length),
        DisruptionTolerance = 1000,
    };

    private static double Usd(Money money) => (double)Math.Round(money.Usd, 2);

    private static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
