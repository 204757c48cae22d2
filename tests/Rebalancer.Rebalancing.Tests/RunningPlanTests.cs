using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>What a running plan begins, what it leaves, and how it ends.</summary>
public sealed class RunningPlanTests
{
    [Fact]
    public void Waves_SecondBeginsWhenFirstHasEnded()
    {
        var given = new Given("1 a n1 n3", "1 b n2 n3", "2 c n2 n4");

        Assert.Equal([0, 1], given.Run().Begin.ToArray());
        given.End(0, Phases.Succeeded);
        Assert.Empty(given.Look().Begin);
        given.End(1, Phases.Succeeded);
        Assert.Equal([2], given.Look().Begin.ToArray());
        given.End(2, Phases.Succeeded);

        Assert.Equal((PlanPhases.Completed, PlanReasons.Done, given.Now), (given.Look().Status.Phase, given.Plan.Status.Reason, given.Plan.Status.CompletedAt));
    }

    [Fact]
    public void Failure_RestOfTheNodeIsLeft_OtherNodesGoOn()
    {
        var given = new Given("1 a n1 n3", "2 b n1 n3", "2 c n2 n3");
        given.Run();
        given.End(0, Phases.RolledBack, Reasons.TargetNoRoom);

        var step = given.Look();

        Assert.Equal([2], step.Begin.ToArray());
        Assert.Equal((MoveResults.RolledBack, MoveResults.Skipped, MoveResults.Running), (given.ResultOf(0), given.ResultOf(1), given.ResultOf(2)));
        Assert.Equal(["n2"], step.Emptying);
        given.End(2, Phases.Succeeded);
        Assert.Equal((PlanPhases.Stopped, PlanReasons.MovesFailed), (given.Look().Status.Phase, given.Plan.Status.Reason));
    }

    [Fact]
    public void FailureOnTheWay_IsTriedOnceMoreAMomentLater_AndTheNextWaveWaits()
    {
        var given = new Given("1 a n1 n3", "2 b n1 n3");
        given.Run();
        given.End(0, Phases.RolledBack, Reasons.TransferFailed);

        var pause = given.Look();
        Assert.Equal((PlanPhases.Running, true), (pause.Status.Phase, pause.Begin.IsEmpty));
        given.Now += pause.LookAgainAfter!.Value;
        Assert.Equal([0], given.Look().Begin.ToArray());
        Assert.Equal(("night-1-0-2", MoveResults.Running), (given.Migrations[0].Metadata.Name, given.ResultOf(0)));
        Assert.Empty(given.Look().Begin);
        given.End(0, Phases.Succeeded);
        Assert.Equal([1], given.Look().Begin.ToArray());
    }

    [Fact]
    public void FailureOnTheWay_Twice_ItsNodeStays()
    {
        var given = new Given("1 a n1 n3", "2 b n1 n3");
        given.Run();
        FailOnTheWay(given);
        FailOnTheWay(given);

        Assert.Equal((PlanPhases.Stopped, MoveResults.RolledBack, MoveResults.Skipped), (given.Plan.Status.Phase, given.ResultOf(0), given.ResultOf(1)));
        Assert.Equal("night-1-0-2", given.Plan.Status.Moves![0].Migration);
    }

    [Fact]
    public void SecondTryIsWrittenWithoutMigration_BeginsAgainUnderItsName()
    {
        var given = new Given("1 a n1 n3");
        given.Run();
        FailOnTheWay(given);
        given.Migrations.Clear();

        Assert.Equal([0], given.Look().Begin.ToArray());
        Assert.Equal("night-1-0-2", given.Migrations[0].Metadata.Name);
    }

    /// <summary>Its node stays for another reason; the pod goes by itself; the failure says something of the pod or the target.</summary>
    [Theory]
    [InlineData(Reasons.TransferFailed, true, false)]
    [InlineData(Reasons.TransferFailed, false, true)]
    [InlineData(Reasons.CheckpointFailed, false, false)]
    [InlineData(Reasons.FreezeBudgetExceeded, false, false)]
    [InlineData(Reasons.TargetNoRoom, false, false)]
    public void Failure_ThatASecondTryWouldNotMend_IsTheLast(string reason, bool nodeStays, bool podGoes)
    {
        var given = new Given("1 a n1 n3", "1 b n1 n3", "2 c n2 n3");
        given.Run();
        given.End(0, Phases.RolledBack, reason);
        given.End(1, nodeStays ? Phases.Failed : Phases.Succeeded, nodeStays ? Reasons.TargetNoRoom : null);
        if (podGoes) { given.TerminatingPods.Add(0); }

        var step = given.Look();

        Assert.Equal([2], step.Begin.ToArray());
        Assert.Equal(MoveResults.RolledBack, given.ResultOf(0));
    }

    [Fact]
    public void FailureOnTheWay_WindowHasClosed_IsTheLast()
    {
        var given = new Given("1 a n1 n3");
        given.Run();
        given.End(0, Phases.RolledBack, Reasons.TransferFailed);
        given.Rules = given.Rules with { Budgets = [new MoveBudget { Mode = BudgetMode.Deny }] };

        Assert.Equal((PlanPhases.Stopped, PlanReasons.BudgetClosed), (given.Look().Status.Phase, given.Plan.Status.Reason));
    }

    [Fact]
    public void FailureOnTheWay_PausedThenResumed_IsTheLast()
    {
        var given = new Given("1 a n1 n3", "1 b n2 n3");
        given.Run();
        given.End(0, Phases.RolledBack, Reasons.TransferFailed);
        given.Look(v => v with { Paused = "sale" });
        given.Now += TimeSpan.FromMinutes(1);

        Assert.Empty(given.Look().Begin);
        given.End(1, Phases.Succeeded);
        Assert.Equal((PlanPhases.Stopped, MoveResults.RolledBack), (given.Look().Status.Phase, given.ResultOf(0)));
    }

    [Fact]
    public void PodIsGone_ItsMoveIsSkipped_AndTheOthersLeaveItsNode()
    {
        var given = new Given("1 a n1 n3", "1 b n1 n3");
        given.GonePods.Add(0);

        var step = given.Run();

        Assert.Equal([1], step.Begin.ToArray());
        Assert.Equal((MoveResults.Skipped, MoveResults.Running), (given.ResultOf(0), given.ResultOf(1)));
        Assert.Equal(["n1"], step.Emptying);
    }

    /// <summary>Its owner starts it anew elsewhere, as its node takes no pods.</summary>
    [Fact]
    public void MoveFails_AndItsPodIsLost_TheOthersLeaveItsNode()
    {
        var given = new Given("1 a n1 n3", "2 b n1 n3");
        given.Run();
        given.End(0, Phases.Failed, Reasons.RestoreFailed);
        given.GonePods.Add(0);

        var step = given.Look();

        Assert.Equal([1], step.Begin.ToArray());
        Assert.Equal((MoveResults.Failed, true), (given.ResultOf(0), step.Emptying.Contains("n1")));
    }

    /// <summary>The status says that it began, and there is no Migration: the leader died in between.</summary>
    [Fact]
    public void WrittenAsBegunWithoutMigration_BeginsAgain()
    {
        var given = new Given("1 a n1 n3");
        given.Run();
        given.Migrations.Clear();

        Assert.Equal([0], given.Look().Begin.ToArray());
    }

    [Fact]
    public void Budget_Pods_NoMoreAtATime()
    {
        var given = new Given("1 a n1 n4", "1 b n2 n4", "1 c n3 n4");
        given.Rules = given.Rules with { Budgets = [new MoveBudget { Pods = new BudgetAmount(2, false) }] };

        Assert.Equal([0, 1], given.Run().Begin.ToArray());
        Assert.Empty(given.Look().Begin);
        given.End(0, Phases.Succeeded);
        Assert.Equal([2], given.Look().Begin.ToArray());
    }

    /// <summary>A node counts from its first move to its last: half-emptied nodes are disturbed nodes.</summary>
    [Fact]
    public void Budget_Nodes_OneIsEmptiedBeforeTheNextBegins()
    {
        var given = new Given("1 a n1 n4", "1 b n2 n4", "1 c n1 n4");
        given.Rules = given.Rules with { Budgets = [new MoveBudget { Nodes = new BudgetAmount(1, false) }] };

        Assert.Equal([0, 2], given.Run().Begin.ToArray());
        given.End(0, Phases.Succeeded);
        Assert.Empty(given.Look().Begin);
        given.End(2, Phases.Succeeded);
        Assert.Equal([1], given.Look().Begin.ToArray());
    }

    /// <summary>Else the plan would stand still until its window closes: the other node's move would wait for this one's, and that for its wave.</summary>
    [Fact]
    public void Budget_NodesThatLaterWavesGoOnWith_DoNotKeepTheWaveFromEnding()
    {
        var given = new Given("1 a n1 n4", "1 b n2 n4", "2 c n1 n4", "2 d n2 n4");
        given.Rules = given.Rules with { Budgets = [new MoveBudget { Nodes = new BudgetAmount(1, false) }] };

        Assert.Equal([0], given.Run().Begin.ToArray());
        Assert.Empty(given.Look().Begin);
        given.End(0, Phases.Succeeded);
        Assert.Equal([1], given.Look().Begin.ToArray());
        given.End(1, Phases.Succeeded);
        Assert.Equal([2], given.Look().Begin.ToArray());
        given.End(2, Phases.Succeeded);
        Assert.Equal([3], given.Look().Begin.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WindowCloses_NothingMoreBegins_AndWhatRunsEndsAsThePolicySays(bool stop)
    {
        var given = new Given("1 a n1 n3", "2 b n2 n3");
        given.Run();
        given.Rules = given.Rules with { StopAtWindowEnd = stop, Budgets = [new MoveBudget { Mode = BudgetMode.Deny }] };

        var step = given.Look();

        Assert.Empty(step.Begin);
        Assert.Equal(stop ? ["night-1-0"] : [], step.Abort.ToArray());
        Assert.Equal((PlanPhases.Running, PlanReasons.BudgetClosed), (step.Status.Phase, step.Status.Reason));
        given.End(0, Phases.Succeeded);
        Assert.Equal((PlanPhases.Stopped, PlanReasons.BudgetClosed), (given.Look().Status.Phase, given.Plan.Status.Reason));
        Assert.Equal((MoveResults.Succeeded, MoveResults.Skipped), (given.ResultOf(0), given.ResultOf(1)));
    }

    [Fact]
    public void Paused_WhatRunsEnds_RestIsLeft()
    {
        var given = new Given("1 a n1 n3", "2 b n2 n3");
        given.Run();

        var step = given.Look(v => v with { Paused = "sale" });

        Assert.Equal((true, true, MoveResults.Running, MoveResults.Skipped), (step.Begin.IsEmpty, step.Abort.IsEmpty, given.ResultOf(0), given.ResultOf(1)));
    }

    /// <summary>Who stops a plan for good must not see it go on because the cause has passed.</summary>
    [Fact]
    public void Paused_ThenResumedWhileLastMovesEnd_StaysStopped()
    {
        var given = new Given("1 a n1 n3", "2 b n2 n3");
        given.Run();
        given.Look(v => v with { Paused = "sale" });
        given.End(0, Phases.Succeeded);

        var step = given.Look();

        Assert.Equal((PlanPhases.Stopped, PlanReasons.Paused, true), (step.Status.Phase, step.Status.Reason, step.Begin.IsEmpty));
    }

    [Fact]
    public void PolicyChangesWhileItRuns_Stops()
    {
        var given = new Given("1 a n1 n3", "2 b n2 n3");
        given.Run();
        given.Look(v => v with { PolicyGeneration = 2 });
        given.End(0, Phases.Succeeded);

        Assert.Equal((PlanPhases.Stopped, PlanReasons.PolicyChanged), (given.Look(v => v with { PolicyGeneration = 2 }).Status.Phase, given.Plan.Status.Reason));
    }

    /// <summary>Migrations are deleted some day; what became of them is written.</summary>
    [Fact]
    public void MigrationIsDeletedAfterItsEnd_ResultStays()
    {
        var given = new Given("1 a n1 n3", "2 b n2 n3");
        given.Run();
        given.End(0, Phases.Succeeded);
        given.Look();
        given.Migrations.Remove(0);
        given.GonePods.Add(0);

        given.Look();

        Assert.Equal(MoveResults.Succeeded, given.ResultOf(0));
    }

    /// <summary>A disruption budget is against it at first, then it goes; the next wave waits until it is gone.</summary>
    [Fact]
    public void Eviction_IsAskedForUntilThePodGoes()
    {
        var given = new Given("1 a n1 n3 evict", "2 b n1 n3");

        Assert.Equal([0], given.Run().Begin.ToArray());
        Assert.Equal((MoveResults.Running, (DateTimeOffset?)given.Now), (given.ResultOf(0), given.Plan.Status.Moves![0].StartedAt));
        given.Now += TimeSpan.FromSeconds(5);
        var again = given.Look();
        Assert.Equal([0], again.Begin.ToArray());
        Assert.True(again.LookAgainAfter <= TimeSpan.FromSeconds(5));
        given.TerminatingPods.Add(0);
        Assert.Empty(given.Look().Begin);
        given.GonePods.Add(0);
        Assert.Equal([1], given.Look().Begin.ToArray());
        Assert.Equal(MoveResults.Succeeded, given.ResultOf(0));
    }

    [Fact]
    public void Eviction_RefusedForLong_FailsAndItsNodeStays()
    {
        var given = new Given("1 a n1 n3 evict", "2 b n1 n3");
        given.Run();
        given.Now += TimeSpan.FromMinutes(10);

        var step = given.Look();

        Assert.Empty(step.Begin);
        Assert.Equal((PlanPhases.Stopped, MoveResults.Failed, PlanReasons.EvictionRefused), (step.Status.Phase, given.ResultOf(0), step.Status.Moves![0].Reason));
        Assert.Equal(MoveResults.Skipped, given.ResultOf(1));
        Assert.Empty(step.Emptying);
    }

    /// <summary>What is on its way out goes on; what nobody has let go yet is not asked for any more.</summary>
    [Fact]
    public void Eviction_PolicyIsPaused_NoPodIsAskedForAgain()
    {
        var given = new Given("1 a n1 n3 evict", "1 b n2 n3 evict");
        given.Run();
        given.TerminatingPods.Add(1);

        var step = given.Look(v => v with { Paused = "a sale" });

        Assert.Empty(step.Begin);
        Assert.Empty(step.Abort);
        Assert.Equal((MoveResults.Skipped, MoveResults.Running), (given.ResultOf(0), given.ResultOf(1)));
    }

    private static void FailOnTheWay(Given given)
    {
        given.End(0, Phases.RolledBack, Reasons.TransferFailed);
        given.Look();
        given.Now += TimeSpan.FromMinutes(1);
        given.Look();
    }
}
