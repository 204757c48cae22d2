using Rebalancer.Kubernetes.Api;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>A plan that needs nodes which are not there: it asks for them first, and moves nothing before they are.</summary>
public sealed class NewNodesTests
{
    private readonly Given given = new("1 a dear new-1", "1 b dear new-2", "2 c dear new-2");

    public NewNodesTests() => given.Plan.Spec.NewNodes = [new PlanNewNode { Name = "new-1", InstanceType = "m5.large" }, new PlanNewNode { Name = "new-2", InstanceType = "m5.large" }];

    [Fact]
    public void Auto_AsksForThemAndMovesNothing()
    {
        var step = given.Look();

        Assert.Equal((PlanPhases.Running, PlanReasons.AwaitsNodes, "asked for 2 m5.large", given.Now), (step.Status.Phase, step.Status.Reason, step.Status.Message, step.Status.StartedAt));
        Assert.Equal([0, 1], NewNodes.Wanted(given.Plan));
        given.Arrived[1] = "ip-2";
        step = given.Look();
        Assert.Equal((PlanReasons.AwaitsNodes, 0, 0), (step.Status.Reason, step.Begin.Length, step.Emptying.Count));
        Assert.Equal(0, given.Asked);
    }

    [Fact]
    public void AllHaveCome_LooksAgainAndMovesToThem()
    {
        given.Look();
        (given.Arrived[0], given.Arrived[1]) = ("ip-1", "ip-2");
        Assert.Empty(given.Look().Begin);
        // It is written down first: whoever leads next goes on with the same nodes, whatever becomes of the placeholders.
        given.Arrived.Clear();

        var step = given.Look();

        Assert.Equal(1, given.Asked);
        Assert.Equal((PlanReasons.Moving, "dear"), (step.Status.Reason, Assert.Single(step.Emptying)));
        Assert.Equal([0, 1], step.Begin.ToArray());
        Assert.Equal(["ip-1", "ip-2"], step.Begin.Select(i => PlanMigrations.Of(given.Plan, i, given.Rules.Plan).Spec.TargetNode));
        Assert.Equal(["ip-1", "ip-2", "ip-2"], PlanMigrations.PastMoves(given.Plan).Select(m => m.Target));
        Assert.Empty(NewNodes.Wanted(given.Plan));
        given.Look();
        Assert.Equal(1, given.Asked);
    }

    [Fact]
    public void MovesToOneHaveBegun_OnlyTheOtherIsKept()
    {
        given.Plan.Status = new RebalancePlanStatus { Phase = PlanPhases.Running, Moves = [new MoveOutcome { Namespace = "shop", Pod = "c", Result = MoveResults.Running }] };

        Assert.Equal([0], NewNodes.Wanted(given.Plan));
    }

    [Fact]
    public void WhatCameIsTooDear_StopsWithoutAMoveAndTakesTheRequestsBack()
    {
        given.Look();
        (given.Arrived[0], given.Arrived[1]) = ("ip-1", "ip-2");
        given.Look();
        given.Objection = "it is no longer worth it";

        var step = given.Look();

        Assert.Equal((PlanPhases.Stopped, PlanReasons.NoLongerHolds), (step.Status.Phase, step.Status.Reason));
        Assert.All(step.Status.Moves!, m => Assert.Equal(MoveResults.Skipped, m.Result));
        Assert.Empty(step.Begin);
        Assert.Empty(NewNodes.Wanted(given.Plan));
    }

    [Fact]
    public void OneDoesNotCome_StopsAndTheNextPlansDoWithout()
    {
        given.Look();
        given.Arrived[0] = "ip-1";
        given.Now += NewNodes.Limit + TimeSpan.FromSeconds(1);

        var step = given.Look();

        Assert.Equal((PlanPhases.Stopped, PlanReasons.NodesDidNotCome), (step.Status.Phase, step.Status.Reason));
        Assert.Contains("new-2", step.Status.Message, StringComparison.Ordinal);
        Assert.Empty(NewNodes.Wanted(given.Plan));
        Assert.False(NewNodes.MayBeAskedFor([given.Plan], given.Now.AddHours(1)));
        Assert.True(NewNodes.MayBeAskedFor([given.Plan], given.Now + NewNodes.Rest));
    }

    [Fact]
    public void PausedWhileItWaits_Stops()
    {
        given.Look();

        var step = given.Look(view => view with { Paused = "sale" });

        Assert.Equal((PlanPhases.Stopped, PlanReasons.Paused), (step.Status.Phase, step.Status.Reason));
    }

    [Fact]
    public void PodIsGone_AsksForNothing()
    {
        given.GonePods.Add(2);

        var step = given.Look();

        Assert.Equal((PlanPhases.Expired, PlanReasons.NoLongerHolds, "pod shop/c is no longer on node dear"), (step.Status.Phase, step.Status.Reason, step.Status.Message));
        Assert.Empty(NewNodes.Wanted(given.Plan));
    }
}
