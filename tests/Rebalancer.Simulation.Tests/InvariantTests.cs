using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Rebalancing.WhatIf.Carrying;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;
using Rebalancer.Simulation.Plans;

namespace Rebalancer.Simulation.Tests;

/// <summary>What a soak passes by would be seen if it happened.</summary>
public sealed class InvariantTests
{
    private readonly Agenda agenda = new(Soak.Start);
    private readonly SimulatedCluster cluster;
    private readonly SimulatedPod pod;
    private readonly SimulatedPod other;

    public InvariantTests()
    {
        var start = SoakCluster.Of(20, 1);
        cluster = new SimulatedCluster(start, new PlanPolicy(), agenda, new Draws(1));
        foreach (var (info, i) in start.Pods.Select((p, i) => (p, i)))
        {
            var settled = new SimulatedPod(info, cluster.Templates[i]);
            cluster.Add(settled);
            cluster.Settle(settled, cluster.Nodes[info.NodeName], isUp: true, isSame: true);
        }

        var covered = cluster.Pods.Values.Where(p => cluster.Disruptions.Of(p.Template).Length > 0).ToList();
        pod = covered[0];
        other = covered.First(p => p != pod && p.Node != pod.Node && cluster.Disruptions.Of(p.Template).Intersect(cluster.Disruptions.Of(pod.Template)).Any());
    }

    [Fact]
    public void Whole_ClusterAsItWasFound_Holds() => With().Whole(cluster);

    [Fact]
    public void Whole_PodOnTwoNodes_IsSeen()
    {
        other.Node!.Pods.Add(pod);

        Assert.Contains("places", Broken(() => With().Whole(cluster)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_RoomThatNobodyHolds_IsSeen()
    {
        cluster.Room.Place(pod.Number, other.Node!.Number);

        Assert.Equal($"node {other.Node.Info.Name}", Broken(() => With().Whole(cluster)).Item);
    }

    [Fact]
    public void Whole_NodeThatIsNotPaidFor_IsSeen()
    {
        cluster.Nodes.Remove(cluster.Nodes.Values.First(n => n.Pods.Count == 0 || n != pod.Node).Info.Name);
        agenda.RunUntil(Soak.Start.AddHours(1), CancellationToken.None);

        Broken(() => With().Whole(cluster));
    }

    [Fact]
    public void AfterBegin_ClosedWindow_IsSeen()
        => Assert.Contains("outside of windows", Broken(() => With(new MoveBudget { Mode = BudgetMode.Deny }).AfterBegin([Move(pod)], cluster)).Message, StringComparison.Ordinal);

    [Fact]
    public void AfterBegin_MorePodsOrNodesThanBudgetsAllow_IsSeen()
    {
        Broken(() => With(new MoveBudget { Pods = new BudgetAmount(1, IsPercent: false) }).AfterBegin([Move(other), Move(pod)], cluster));
        Broken(() => With(new MoveBudget { Nodes = new BudgetAmount(1, IsPercent: false) }).AfterBegin([Move(other), Move(pod)], cluster));
    }

    [Fact]
    public void AfterBegin_TwoPodsOfADisruptionBudget_IsSeen()
    {
        With().AfterBegin([Move(pod)], cluster);

        Assert.Contains("PodDisruptionBudget", Broken(() => With().AfterBegin([Move(other), Move(pod)], cluster)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AfterCommit_NodeThatDoesNotTakeThePod_IsSeen()
    {
        var full = cluster.Nodes.Values.First(n => n != pod.Node);
        cluster.BeginMove(pod, full);
        cluster.CommitMove(pod);
        while (cluster.Room.Free(full.Number, 0) >= 0) { cluster.Room.Place(pod.Number, full.Number); }

        Assert.Contains("does not take it", Broken(() => With().AfterCommit(pod, cluster)).Message, StringComparison.Ordinal);
    }

    private Invariants With(params MoveBudget[] budgets) => new(new RebalanceRules { Budgets = [.. budgets] }, agenda);

    private RunningMove Move(SimulatedPod what) => new(new Migration(), what, what.Node!, cluster.Nodes.Values.First(n => n != what.Node), MoveReasons.Consolidation);

    private static SimulationBrokenException Broken(Action look) => Assert.Throws<SimulationBrokenException>(look);
}
