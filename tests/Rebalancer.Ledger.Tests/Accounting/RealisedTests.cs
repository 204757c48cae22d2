using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Reading;
using Rebalancer.Ledger.Tests.World;
using static Rebalancer.Ledger.Tests.World.Given;

namespace Rebalancer.Ledger.Tests.Accounting;

/// <summary>What a plan has brought, by the definition; each figure worked out by hand.</summary>
public sealed class RealisedTests
{
    /// <summary>The plan began at 0 h for 24 h; its node cost $1/h at first and $0.60/h when it went, two hours later: 22 h are saved.</summary>
    [Fact]
    public void NodeGone_PriceThenUntilTheHorizonEnds()
    {
        var line = Line(40, Plan("p", 0, 24, 1, "a"), Node("a", gone: 2), Price("a", -50, 1), Price("a", 1, 0.6m));

        Assert.Equal((22 * 0.6m, 24m, 0.6m), (line.NodesSavedUsd, line.PredictedUsd, line.RealisedUsdPerHour));
        Assert.Equal((At(2), At(24), 0.6m), (line.Nodes[0].From, line.Nodes[0].To, line.Nodes[0].UsdPerHour));
    }

    /// <summary>One pod was evicted and cost its restart, one was kept by its budget and cost nothing, and one has not been asked.</summary>
    [Fact]
    public void Evictions_CostTheRestartsThatHappened()
    {
        PlanMove Evict(string pod) => new() { Namespace = "shop", Pod = pod, SourceNode = "a", TargetNode = "b", UsdCost = new DecimalText(0.05m), Reason = MoveReasons.Consolidation, Method = MoveMethods.Evict };
        MoveOutcome Outcome(string pod, string result) => new() { Namespace = "shop", Pod = pod, Result = result, StartedAt = At(1) };
        var plan = new RebalancePlan
        {
            Metadata = new V1ObjectMeta { Name = "p", Uid = "plan-p", ResourceVersion = "7" },
            Spec = new RebalancePlanSpec { PolicyName = "default", Moves = [Evict("gone"), Evict("kept"), Evict("later")] },
            Status = new RebalancePlanStatus { Moves = [Outcome("gone", MoveResults.Succeeded), Outcome("kept", MoveResults.Failed)] },
        };

        var accounts = EvictionReading.Of(plan).Select(MoveAccount.Of).ToList();

        Assert.Equal([("gone", 0.05m, true), ("kept", 0m, false)], accounts.Select(a => (a.Move.Pod, a.CostUsd, a.Succeeded)));
        Assert.All(accounts, a => Assert.Equal((0m, false, "p"), (a.AvoidedUsd, a.Failed, a.Move.Plan)));
    }

    [Fact]
    public void NodeStays_NothingSavedAndItIsNamed()
    {
        var line = Line(40, Plan("p", 0, 24, 1, "a"), Node("a"), Price("a", -50, 1));

        Assert.Equal((0m, 24m), (line.NodesSavedUsd, line.PredictedUsd));
        Assert.Equal("a", Assert.Single(line.Remaining));
    }

    [Fact]
    public void NodeGone_ACommitmentPays_SavesNothing() => Assert.Equal(0, Line(40, Plan("p", 0, 24, 1, "a"), Node("a", gone: 2), Price("a", -50, 1, "default/commitments[0]")).NodesSavedUsd);

    [Fact]
    public void NodeGone_WasEmptyBefore_IsNotThePlans()
        => Assert.Equal(0, Line(40, Plan("p", 0, 24, 1) with { FreedNodes = [new PlannedNode("a", 1, WasEmpty: true)] }, Node("a", gone: 2), Price("a", -50, 1)).NodesSavedUsd);

    [Fact]
    public void NodeGone_AfterTheHorizon_SavesNothing() => Assert.Equal(0, Line(40, Plan("p", 0, 24, 1, "a"), Node("a", gone: 25), Price("a", -50, 1)).NodesSavedUsd);

    [Fact]
    public void NodeGone_BeforeThePlanBegan_IsNotThePlans() => Assert.Equal(0, Line(40, Plan("p", 0, 24, 1, "a"), Node("a", gone: -1), Price("a", -50, 1)).NodesSavedUsd);

    [Fact]
    public void PlanThatNeverRan_PromisedNothingAndSavedNothing()
    {
        var line = Line(40, Plan("p", 0, 24, 1, "a") with { StartedAt = null, CompletedAt = null, Phase = PlanPhases.Proposed }, Node("a", gone: 2), Price("a", -50, 1));

        Assert.Equal((0m, 0m), (line.NodesSavedUsd, line.PredictedUsd));
    }

    /// <summary>The machine is a node again after 3 h under another UID.</summary>
    [Theory]
    [InlineData("aws:///z/i-1", "a", "b")]
    [InlineData("", "a", "a")]
    public void MachineComesBack_SavesOnlyUntilThen(string machine, string name, string nameLater)
        => Assert.Equal(3, Line(40, Plan("p", 0, 24, 1, name), Node("u1", gone: 2, name: name, machine: machine), Price("u1", -50, 1), Node("u2", created: 5, name: nameLater, machine: machine), Price("u2", 5, 1)).NodesSavedUsd);

    /// <summary>Cloud nodes are named after addresses, which the next machine may get: that one was not freed.</summary>
    [Fact]
    public void AnotherMachineOfTheName_DoesNotEndTheSaving()
        => Assert.Equal(22, Line(40, Plan("p", 0, 24, 1, "a"), Node("u1", gone: 2, name: "a", machine: "aws:///z/i-1"), Price("u1", -50, 1), Node("u2", created: 5, name: "a", machine: "aws:///z/i-2"), Price("u2", 5, 1)).NodesSavedUsd);

    /// <summary>The new node is there from 0.05 h on, for $0.25 and from 10 h on for $0.50.</summary>
    [Fact]
    public void NewNode_IsTakenOff()
    {
        var line = Line(
            40, Plan("p", 0, 24, 1, "a") with { NewNodes = [new PlannedNode("new-m5.large-like-a#1", 0.25m, "m5.large")] }, Node("a", gone: 2), Price("a", -50, 1), Node("fresh", created: 0.05), Price("fresh", 0.05, 0.25m), Price("fresh", 10, 0.5m));

        Assert.Equal((22m, (9.95m * 0.25m) + (14 * 0.5m), 0.5m), (line.NodesSavedUsd, line.NewNodesUsd, line.RealisedUsdPerHour));
        Assert.Equal("fresh", line.NewNodes[0].Name);
    }

    [Fact]
    public void Moves_FreezeBytesAndRestartsOfFailures_AreTakenOff()
    {
        var line = Line(40, Plan("p", 0, 24, 1, "a"), Node("a", gone: 2), Price("a", -50, 1), Move("m1", plan: "p"), Move("m2", Phases.Failed, plan: "p"), Move("m3", Phases.RolledBack, plan: "p", bytes: 0), Move("other"));

        // Frozen 3 x 0.3 s at $0.5, 2 x 1.5 GB at $0.02, one restart of $2.
        Assert.Equal(0.45m + 0.06m + 2, line.MovingUsd);
        Assert.Equal((22m - 2.51m, 1, 1), (line.NetUsd, line.SucceededMoves, line.FailedMoves));
    }

    [Fact]
    public void StatusOfThePlan_IsTheSame()
    {
        var plan = new RebalancePlan { Metadata = { Uid = "p", Name = "p", CreationTimestamp = At(0).UtcDateTime }, Status = { StartedAt = At(0) } };
        plan.Spec.Predicted.StableHours = new DecimalText("24");

        var status = Realised.Of(plan, [new NodeGone("a", "a", "a", At(2), 0.6m)], [], [MoveAccount.Of(Move("m", Phases.Failed))], At(3)).ToStatus(At(3));

        Assert.Equal(("0.6", "2.18", 0, 1, 300L, 1, At(3)), (status.UsdPerHourSaved?.Text, status.UsdMoving?.Text, status.SucceededMoves, status.FailedMoves, status.FreezeMs, status.NodesGone, status.MeasuredAt));
    }

    private static PlanLine Line(double until, params LedgerEntry[] entries) => new Account(Book(entries), new Period(At(-200), At(until))).Report().Plans.Single();
}
