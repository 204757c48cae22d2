using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Interruptions.Ahead;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy;

namespace Rebalancer.Descheduler.Tests.Interruptions.Ahead;

public sealed class AheadTargetsTests
{
    private static readonly RebalanceRules Rules = new() { Mode = RebalanceMode.Auto, Ahead = AheadRules.Default };
    private readonly Dictionary<string, NodeRisk> risks = new() { ["source"] = new(true, 1), ["risky"] = new(true, 0), ["safe"] = default, ["dear"] = default };

    [Fact]
    public void Choose_CheapestNodeOfHighRisk_IsNoTarget()
    {
        var made = Assert.Single(Choose([Copy("web")]));
        Assert.Equal(("safe", Cutovers.OnNotice, Strategies.PreCopy, MoveReasons.Interruption, "ahead-web"), (made.Spec.TargetNode, made.Spec.Cutover, made.Spec.Strategy, made.Spec.Reason, made.Metadata.Name));
        Assert.Equal(("web", "web", (DateTimeOffset?)null), (made.Spec.PodName, made.Spec.PodUID, made.Spec.Deadline));
    }

    [Fact]
    public void Choose_MoreThanANodeMayTake_GoToTheNextAndThenNowhere()
        => Assert.Equal(["safe", "safe", "dear", "dear"], Choose([Copy("a"), Copy("b"), Copy("c"), Copy("d"), Copy("e")]).Select(m => m.Spec.TargetNode));

    [Fact]
    public void Choose_HeldAlready_CountAsWell()
    {
        Migration held = new() { Spec = new() { Cutover = Cutovers.OnNotice }, Status = new() { Phase = Phases.PreCopying, SourceNode = "safe", TargetNode = "dear" } };
        Assert.Equal(["safe", "dear"], Choose([Copy("a"), Copy("b"), Copy("c")], held).Select(m => m.Spec.TargetNode));
    }

    [Fact]
    public void Choose_RoomForOne_IsNotPromisedTwice()
        => Assert.Equal(["safe", "dear"], Choose([Copy("a", "5Gi"), Copy("b", "5Gi"), Copy("c", "5Gi")]).Select(m => m.Spec.TargetNode));

    [Fact]
    public void Choose_AboveThePolicysRiskCeiling_IsNoTarget()
    {
        risks["safe"] = new NodeRisk(false, 0.5);
        var rules = Rules with { Plan = new PlanPolicy { SpotRiskCeilingPerHour = 0.4 } };
        Assert.Equal("dear", Assert.Single(Choose([Copy("web") with { Rules = rules }])).Spec.TargetNode);
    }

    private static AheadCopy Copy(string name, string memory = "1Gi")
    {
        var pod = Builders.Pod(name, "source");
        pod.Metadata.Uid = name;
        pod.Spec.Containers[0].Resources.Requests["memory"] = new ResourceQuantity(memory);
        return new AheadCopy(pod, "ahead-" + name, Rules);
    }

    private ImmutableArray<Migration> Choose(ImmutableArray<AheadCopy> copies, params Migration[] migrations)
    {
        NodeInfo[] nodes = [.. new[] { ("source", "0.01"), ("risky", "0.01"), ("safe", "0.05"), ("dear", "0.10") }.Select(n => NodeMapping.ToModel(Builders.Node(n.Item1, n.Item2), []))];
        return AheadTargets.Choose(copies, new ClusterSnapshot([.. nodes], [.. copies.Select(c => PodMapping.ToModel(c.Pod, []))], []), migrations, risks);
    }
}
