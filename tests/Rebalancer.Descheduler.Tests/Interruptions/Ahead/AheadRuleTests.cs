using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Interruptions.Ahead;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Descheduler.Tests.Interruptions.Ahead;

/// <summary>Who is copied ahead of a notice, when, and when that is given up. A notice of 30 s lets 680 MB leave, one of 120 s 4.3 GB.</summary>
public sealed class AheadRuleTests
{
    private static readonly RebalanceRules Rules = new() { Mode = RebalanceMode.Auto, Ahead = AheadRules.Default with { HazardPerHour = 0.2 } };
    private readonly DoomedNodes nodes = new();
    private readonly Dictionary<string, NodeRisk> risks = [];
    private List<AheadPolicy> policies = [new(Rules, IsPaused: false)];

    [Theory]
    [InlineData("128Mi", "gce://p/z/n", false)]
    [InlineData("2Gi", "gce://p/z/n", true)]
    [InlineData("2Gi", null, true)]
    [InlineData("2Gi", "aws:///z/i-1", false)]
    [InlineData("6Gi", "aws:///z/i-1", true)]
    public void Plan_PodOnANodeThatIsToBeLeft_IsCopiedAheadOnlyWhereTheNoticeIsTooShortForIt(string memory, string? provider, bool isCopied)
    {
        Node("n", isRecommended: true).Spec.ProviderID = provider;
        var pod = nodes.Pod("web", "n", memory: memory);
        Assert.Equal(isCopied ? ["ahead-" + pod.Metadata.Uid] : [], Plan().Create.Select(c => c.Name));
    }

    [Theory]
    [InlineData(0.19, false)]
    [InlineData(0.2, true)]
    public void Plan_Hazard_CountsFromTheThresholdOn(double hazard, bool isCopied)
    {
        Node("n", hazard);
        nodes.Pod("web", "n", memory: "2Gi");
        Assert.Equal(isCopied, !Plan().Create.IsEmpty);
    }

    [Fact]
    public void Plan_PolicyWithoutAThreshold_HeedsOnlyWhatTheCloudRecommends()
    {
        policies = [new(Rules with { Ahead = AheadRules.Default }, IsPaused: false)];
        Node("n", hazard: 60);
        nodes.Pod("web", "n", memory: "2Gi");
        Assert.Empty(Plan().Create);
        risks["n"] = risks["n"] with { IsRecommendedToLeave = true };
        Assert.Single(Plan().Create);
    }

    [Fact]
    public void Plan_ManyNodesOfOnePool_ArePlannedAsTakenTogether()
    {
        for (var i = 0; i < 12; i++)
        {
            Node($"n{i:00}", isRecommended: true);
            nodes.Pod($"p{i:00}", $"n{i:00}", memory: "512Mi", priority: i);
        }

        // Each alone would get away; of all together four nodes do, and of the others the most important are copied ahead.
        Assert.Equal(["p07", "p06", "p05", "p04", "p03", "p02", "p01", "p00"], Plan().Create.Select(c => c.Pod.Metadata.Name));
    }

    [Fact]
    public void Plan_MoreThanMayBe_KeepsToTheLimitsOfNodeAndCluster()
    {
        policies = [new(Rules with { Ahead = Rules.Ahead! with { AtOnce = 3, AtOncePerNode = 2 } }, IsPaused: false)];
        foreach (var node in new[] { "a", "b" })
        {
            Node(node, isRecommended: true);
            for (var i = 0; i < 4; i++) { nodes.Pod($"{node}{i}", node, memory: "2Gi", priority: node == "a" ? 10 - i : -i); }
        }

        Assert.Equal(["a0", "a1", "b0"], Plan().Create.Select(c => c.Pod.Metadata.Name));
        Hold("a0");
        Hold("a1");
        Assert.Equal(["b0"], Plan().Create.Select(c => c.Pod.Metadata.Name));
    }

    public static TheoryData<string> NoneToCopy => ["paused", "other nodes", "other namespaces", "cannot move", "moves already", "announced", "no agent"];

    [Theory]
    [MemberData(nameof(NoneToCopy))]
    public void Plan_PodThatIsNotToBeCopied_IsLeftAlone(string why)
    {
        var node = Node("n", isRecommended: true);
        var pod = nodes.Pod("web", "n", memory: "2Gi");
        Assert.Single(Plan().Create);
        switch (why)
        {
            case "paused": policies = [policies[0] with { IsPaused = true }]; break;
            case "other nodes": policies = [new(Rules with { Plan = new PlanPolicy { Nodes = new NodeMatch { InstanceTypes = ["c5.large"] } } }, false)]; break;
            case "other namespaces": policies = [new(Rules with { Plan = new PlanPolicy { Pods = new PodMatch { Namespaces = ["elsewhere"] } } }, false)]; break;
            case "cannot move": pod.Spec.HostNetwork = true; break;
            case "moves already": nodes.Moving(pod, MoveReasons.Consolidation, Phases.PreCopying); break;
            case "announced": nodes.Announce("n", nodes.Now.AddSeconds(30)); break;
            default: node.Metadata.Annotations.Remove(Names.AgentEndpoint); break;
        }

        Assert.Empty(Plan().Create);
    }

    [Fact]
    public void Plan_HeldMove_StaysWhileTheRiskHasNotClearlyPassed()
    {
        Node("n", hazard: 0.3);
        nodes.Pod("web", "n", memory: "2Gi");
        var held = Hold("web");
        risks["n"] = new NodeRisk(false, 0.1);
        Assert.True(Plan().Create.IsEmpty && Plan().Withdraw.IsEmpty);

        risks["n"] = new NodeRisk(false, 0.09);
        Assert.Same(held, Assert.Single(Plan().Withdraw));

        // Of others, and those that are let go, nothing is taken back here.
        held.Metadata.Annotations = new Dictionary<string, string> { [Names.Cutover] = "true" };
        Assert.Empty(Plan().Withdraw);
        (held.Metadata.Annotations, held.Metadata.Name) = (null, "by-hand");
        Assert.Empty(Plan().Withdraw);
    }

    [Fact]
    public void Plan_HeldMoveWhosePolicyIsPausedOrGone_StaysOrIsGivenUp()
    {
        Node("n", isRecommended: true);
        nodes.Pod("web", "n", memory: "2Gi");
        Hold("web");
        policies = [policies[0] with { IsPaused = true }];
        Assert.Empty(Plan().Withdraw);
        policies = [];
        Assert.Single(Plan().Withdraw);
    }

    [Fact]
    public void Notice_NodeOfAHeldMove_LetsItGoOnceAndTakesNothingBack()
    {
        Node("n", isRecommended: true);
        nodes.Pod("web", "n", memory: "2Gi");
        var held = Hold("web");
        Assert.Empty(nodes.Plan().LetGo);

        nodes.Announce("n", nodes.Now.AddSeconds(30));
        var plan = nodes.Plan();
        Assert.Same(held, Assert.Single(plan.LetGo));
        Assert.True(plan.Create.IsEmpty && plan.Abort.IsEmpty && plan.Evict.IsEmpty);
        risks["n"] = default;
        Assert.Empty(Plan().Withdraw);
        held.Metadata.Annotations = new Dictionary<string, string> { [Names.Cutover] = "true" };
        Assert.Empty(nodes.Plan().LetGo);

        // Taken back before anything was touched: the copy is not needed any more.
        nodes.Announce("n", null);
        Assert.Same(held, Assert.Single(nodes.Plan().Withdraw));
        held.Status.Phase = Phases.Preparing;
        Assert.Empty(nodes.Plan().Withdraw);
    }

    [Theory]
    [InlineData(PolicyModes.Observe, true, null, null)]
    [InlineData(PolicyModes.Recommend, true, null, null)]
    [InlineData(PolicyModes.Auto, false, null, null)]
    [InlineData(PolicyModes.Auto, true, null, false)]
    [InlineData(PolicyModes.Auto, true, "for now", true)]
    public void Policy_OnlyThatActsByItselfAndAsksForIt_CopiesAhead(string mode, bool asks, string? paused, bool? isPaused)
    {
        var policy = new RebalancePolicy { Spec = new RebalancePolicySpec { Mode = mode, AheadOfNotice = asks ? new AheadOfNoticeSpec() : null } };
        policy.Metadata.Annotations = paused is null ? null : new Dictionary<string, string> { [Names.Paused] = paused };
        Assert.Equal(isPaused, AheadPolicy.Of(policy)?.IsPaused);
    }

    [Theory]
    [InlineData(Reasons.HoldEnded, 60, 1, 59, false)]
    [InlineData(Reasons.HoldEnded, 60, 1, 61, true)]
    [InlineData(Reasons.HoldEnded, 60, 2, 119, false)]
    [InlineData(Reasons.HoldEnded, 5, 1, 2, true)]
    [InlineData(Reasons.AgentRestarted, 5, 1, 0.9, false)]
    [InlineData(Reasons.AgentRestarted, 5, 1, 1.1, true)]
    [InlineData(Reasons.AgentRestarted, 5, 3, 3.9, false)]
    [InlineData(Reasons.IoUring, 5, 1, 10_000, false)]
    [InlineData(Reasons.UserAborted, 5, 1, 10_000, false)]
    public void Tries_AfterOneThatEnded_WaitAsItsEndAsksFor(string reason, double heldMinutes, int ended, double minutesSince, bool isTriedAgain)
    {
        var pod = nodes.Pod("web", "n", memory: "2Gi");
        List<Migration> made = [];
        for (var i = 0; i < ended; i++)
        {
            var name = AheadTries.Next(pod, made, TimeSpan.FromHours(1), nodes.Now.AddYears(1));
            made.Add(new Migration
            {
                Metadata = new V1ObjectMeta { Name = name },
                Status = new MigrationStatus { Phase = Phases.RolledBack, Reason = i == ended - 1 ? reason : Reasons.HoldEnded, StartedAt = nodes.Now.AddMinutes(i - heldMinutes), CompletedAt = nodes.Now.AddMinutes(i) },
            });
        }

        Assert.Equal(ended, made.Select(m => m.Metadata.Name).Distinct().Count());
        Assert.Equal(isTriedAgain, AheadTries.Next(pod, made, TimeSpan.FromHours(1), nodes.Now.AddMinutes(ended - 1 + minutesSince)) is not null);
    }

    private V1Node Node(string name, double hazard = 0, bool isRecommended = false)
    {
        risks[name] = new NodeRisk(isRecommended, hazard);
        return nodes.Node(name, null);
    }

    private Migration Hold(string pod)
    {
        var made = nodes.Moving(nodes.View.PodsByNode.SelectMany(pods => pods).Single(p => p.Metadata.Name == pod), MoveReasons.Interruption, Phases.PreCopying);
        (made.Metadata.Name, made.Spec.Cutover) = ("ahead-" + made.Spec.PodUID, Cutovers.OnNotice);
        return made;
    }

    private AheadPlan Plan() => AheadRule.Plan(nodes.View, policies, risks);
}
