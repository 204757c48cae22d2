using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Rebalancing.Proposals;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>Which plans are kept, and how.</summary>
public sealed class ProposalRuleTests
{
    [Theory]
    [InlineData(PlanVerdict.Act, null, true)]
    [InlineData(PlanVerdict.BelowThreshold, null, false)]
    [InlineData(PlanVerdict.Act, "20", false)]
    [InlineData(PlanVerdict.Act, "24", false)]
    [InlineData(PlanVerdict.Act, "19.9", true)]
    public void IsNews_ByVerdictAndWhatStands(PlanVerdict verdict, string? standing, bool isNews)
        => Assert.Equal(isNews, ProposalRule.IsNews(Plan(verdict), standing is null ? null : Standing(standing)));

    [Fact]
    public void IsNews_WhatStandsIsApproved_Never()
    {
        var standing = Standing("1");
        standing.Spec.Approval = new PlanApproval { Decision = ApprovalDecisions.Approved };

        Assert.False(ProposalRule.IsNews(Plan(PlanVerdict.Act), standing));
    }

    [Fact]
    public void ToForget_KeepsTheNewest()
    {
        var plans = Enumerable.Range(0, ProposalRule.MaxKept + 3).Select(i => new RebalancePlan
        {
            Metadata = new k8s.Models.V1ObjectMeta { Name = $"p{i}", CreationTimestamp = Given.Made.AddMinutes(i).UtcDateTime },
            Status = new RebalancePlanStatus { Phase = i == 0 ? PlanPhases.Running : PlanPhases.Completed },
        }).ToList();

        Assert.Equal(["p1", "p2"], ProposalRule.ToForget(plans).Select(p => p.Metadata.Name).Order());
    }

    [Fact]
    public void Of_MovePlan_HasItsFiguresWavesAndAShortName()
    {
        var plan = Plan(PlanVerdict.Act) with
        {
            Waves = [new MoveWave([Move("a", "n3")]), new MoveWave([Move("b", "new-1")])],
            NewNodes = [new NewNode("new-1", "m5.large", "n1", new Policy.Cost.NodePrice(new Money(0.1m), Policy.Cost.PriceSource.Catalogue, false, null))],
        };

        var made = Proposal.Of(plan, new string('p', 200), 7, Given.Made);

        Assert.True(made.Metadata.Name.Length <= 63, made.Metadata.Name);
        Assert.Equal([(1, MoveReasons.Consolidation), (2, MoveReasons.Replacement)], made.Spec.Moves.Select(m => (m.Wave, m.Reason)));
        Assert.Equal((7L, "Act", "1", "22"), (made.Spec.PolicyGeneration, made.Spec.Verdict, made.Spec.Predicted.UsdPerHourSaved.Text, made.Spec.Predicted.UsdNetBenefit.Text));
    }

    private static PlannedMove Move(string pod, string target) => new("shop", pod, "uid-" + pod, "n1", target, new Money(0.01m), "empties n1");

    /// <summary>Saves 1 dollar an hour for 24 hours, for moves of 2: 22 net.</summary>
    private static MovePlan Plan(PlanVerdict verdict) => new()
    {
        Verdict = verdict, Reason = "saves", Balance = new PlanBalance(new Money(3), new Money(2), new Money(0), new Money(2), 24, 2, 10),
    };

    private static RebalancePlan Standing(string netBenefit) => new() { Spec = new RebalancePlanSpec { Predicted = new PredictedSavings { UsdNetBenefit = new DecimalText(netBenefit) } } };
}
