using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>What a proposal waits for, and what ends it.</summary>
public sealed class ProposedPlanTests
{
    private readonly Given given = new("1 a n1 n2", "1 b n1 n2");

    [Fact]
    public void Auto_NothingAgainst_RunsAndMarksItsNodes()
    {
        var step = given.Look();

        Assert.Equal((PlanPhases.Running, given.Now), (step.Status.Phase, step.Status.StartedAt));
        Assert.Equal(["n1"], step.Emptying);
        Assert.Empty(step.Begin);
        Assert.Equal(1, given.Asked);
    }

    [Fact]
    public void Auto_JustMade_SettlesFirst()
    {
        given.Now = Given.Made.AddSeconds(5);

        var step = given.Look();

        Assert.Equal((PlanPhases.Proposed, PlanReasons.Settling, TimeSpan.FromSeconds(10)), (step.Status.Phase, step.Status.Reason, step.LookAgainAfter));
        Assert.Equal(0, given.Asked);
    }

    [Fact]
    public void Auto_ClusterHasChanged_ExpiresAndNothingMoves()
    {
        given.Objection = "pod shop/a is gone";

        var step = given.Look();

        Assert.Equal((PlanPhases.Expired, PlanReasons.NoLongerHolds, "pod shop/a is gone"), (step.Status.Phase, step.Status.Reason, step.Status.Message));
        Assert.Empty(step.Emptying);
    }

    [Fact]
    public void Observe_Approved_StillOnlyARecord()
    {
        given.Rules = given.Rules with { Mode = RebalanceMode.Observe };
        given.Plan.Spec.Approval = new PlanApproval { Decision = ApprovalDecisions.Approved };

        Assert.Equal((PlanPhases.Proposed, PlanReasons.Observing), (given.Look().Status.Phase, given.Plan.Status.Reason));
    }

    [Theory]
    [InlineData(null, PlanPhases.Proposed, PlanReasons.AwaitsApproval)]
    [InlineData(ApprovalDecisions.Approved, PlanPhases.Running, PlanReasons.Moving)]
    [InlineData(ApprovalDecisions.Rejected, PlanPhases.Rejected, PlanReasons.RejectedByUser)]
    public void Recommend_ByWhatWasDecided(string? decision, string phase, string reason)
    {
        given.Rules = given.Rules with { Mode = RebalanceMode.Recommend };
        given.Plan.Spec.Approval = decision is null ? null : new PlanApproval { Decision = decision };

        Assert.Equal((phase, reason), (given.Look().Status.Phase, given.Plan.Status.Reason));
    }

    public static TheoryData<string, string> Gates => new()
    {
        { nameof(PlanView.Paused), PlanReasons.Paused },
        { nameof(PlanView.OtherRuns), PlanReasons.AnotherPlanRuns },
        { nameof(PlanView.BreakerOpenUntil), PlanReasons.BreakerOpen },
        { nameof(PlanView.LastEnded), PlanReasons.CoolDown },
        { nameof(RebalanceRules.Budgets), PlanReasons.BudgetClosed },
    };

    [Theory]
    [MemberData(nameof(Gates))]
    public void Auto_SomethingAgainst_WaitsAndSaysWhat(string what, string reason)
    {
        var step = given.Look(view => what switch
        {
            nameof(PlanView.Paused) => view with { Paused = "sale" },
            nameof(PlanView.OtherRuns) => view with { OtherRuns = "day-1" },
            nameof(PlanView.BreakerOpenUntil) => view with { BreakerOpenUntil = view.Now.AddMinutes(3) },
            nameof(PlanView.LastEnded) => view with { LastEnded = view.Now.AddMinutes(-3) },
            _ => view with { Rules = view.Rules! with { Budgets = [new MoveBudget { Mode = BudgetMode.Deny }] } },
        });

        Assert.Equal((PlanPhases.Proposed, reason), (step.Status.Phase, step.Status.Reason));
        Assert.Equal(0, given.Asked);
        Assert.Empty(step.Emptying);
    }

    [Fact]
    public void Auto_PolicyHasChanged_Expires()
        => Assert.Equal((PlanPhases.Expired, PlanReasons.PolicyChanged), (given.Look(v => v with { PolicyGeneration = 2 }).Status.Phase, given.Plan.Status.Reason));

    [Fact]
    public void Auto_PolicyIsGone_Expires()
        => Assert.Equal((PlanPhases.Expired, PlanReasons.PolicyChanged), (given.Look(v => v with { Rules = null }).Status.Phase, given.Plan.Status.Reason));

    [Fact]
    public void Auto_AnotherPlanFollowed_Expires()
        => Assert.Equal((PlanPhases.Expired, PlanReasons.Superseded), (given.Look(v => v with { FollowedBy = "night-2" }).Status.Phase, given.Plan.Status.Reason));

    [Fact]
    public void Recommend_NobodyDecidesForADay_Expires()
    {
        given.Now = Given.Made.AddHours(25);
        given.Rules = given.Rules with { Mode = RebalanceMode.Recommend };

        Assert.Equal((PlanPhases.Expired, PlanReasons.TooOld), (given.Look().Status.Phase, given.Plan.Status.Reason));
    }

    /// <summary>Whoever approved this plan did not approve another one.</summary>
    [Fact]
    public void Recommend_ApprovedAndWaitingForItsWindow_NeitherReplacedNorTooOld()
    {
        given.Now = Given.Made.AddDays(3);
        given.Rules = given.Rules with { Mode = RebalanceMode.Recommend, Budgets = [new MoveBudget { Mode = BudgetMode.Deny }] };
        given.Plan.Spec.Approval = new PlanApproval { Decision = ApprovalDecisions.Approved };

        Assert.Equal((PlanPhases.Proposed, PlanReasons.BudgetClosed), (given.Look(v => v with { FollowedBy = "night-2" }).Status.Phase, given.Plan.Status.Reason));
    }

    /// <summary>What has ended stays as it is, whatever happens around it.</summary>
    [Theory]
    [InlineData(PlanPhases.Completed)]
    [InlineData(PlanPhases.Stopped)]
    [InlineData(PlanPhases.Rejected)]
    [InlineData(PlanPhases.Expired)]
    public void Ended_Stays(string phase)
    {
        given.Plan.Status = new RebalancePlanStatus { Phase = phase };

        var step = given.Look();

        Assert.Equal((phase, true, true), (step.Status.Phase, step.Begin.IsEmpty, step.Abort.IsEmpty));
    }
}
