using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Release;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>What becomes of a node that carries a plan's mark.</summary>
public sealed class NodeReleaseTests
{
    private static readonly DateTimeOffset Now = Given.Made;

    [Theory]
    [InlineData(PlanPhases.Running, false, ReleaseStep.Wait)]
    [InlineData(PlanPhases.Running, true, ReleaseStep.Wait)]
    [InlineData(PlanPhases.Completed, false, ReleaseStep.Release)]
    [InlineData(PlanPhases.Stopped, false, ReleaseStep.Release)]
    [InlineData(PlanPhases.Completed, true, ReleaseStep.GiveBack)]
    [InlineData(PlanPhases.Proposed, false, ReleaseStep.GiveBack)]
    [InlineData(null, false, ReleaseStep.GiveBack)]
    public void Of_ByPlanAndPods(string? phase, bool isKept, ReleaseStep step)
        => Assert.Equal(step, NodeRelease.Of(Node(null), phase is null ? null : Plan(phase), isKept, NodeReleaseRules.Default, Now).Step);

    [Fact]
    public void Emptied_NotYetGone_WaitsUntilItsTimeIsUp()
    {
        var decision = NodeRelease.Of(Node(Now.AddMinutes(-10)), Plan(PlanPhases.Completed), false, NodeReleaseRules.Default, Now);

        Assert.Equal((ReleaseStep.Wait, TimeSpan.FromMinutes(20)), (decision.Step, decision.LookAgainAfter));
    }

    [Fact]
    public void Emptied_NobodyTakesIt_IsGivenBack()
        => Assert.Equal(ReleaseStep.GiveBack, NodeRelease.Of(Node(Now.AddMinutes(-31)), Plan(PlanPhases.Completed), false, NodeReleaseRules.Default, Now).Step);

    [Fact]
    public void Taints_OthersStay()
    {
        var node = Node(null);
        node.Spec.Taints.Add(new V1Taint { Key = "gpu", Effect = "NoSchedule" });

        Assert.Equal(["gpu"], NodeRelease.Taints(node, null)!.Select(t => t.Key));
        Assert.Null(NodeRelease.Taints(node, "night-1"));
        Assert.Equal(["gpu", Names.EmptyingTaint], NodeRelease.Taints(node, "night-2")!.Select(t => t.Key));
    }

    private static V1Node Node(DateTimeOffset? emptied) => new()
    {
        Metadata = new V1ObjectMeta { Name = "n1", Annotations = emptied is { } at ? new Dictionary<string, string> { [Names.EmptiedAt] = at.ToString("O") } : null },
        Spec = new V1NodeSpec { Taints = [new V1Taint { Key = Names.EmptyingTaint, Value = "night-1", Effect = "NoSchedule" }] },
    };

    private static RebalancePlan Plan(string phase) => new() { Metadata = new V1ObjectMeta { Name = "night-1" }, Status = new RebalancePlanStatus { Phase = phase } };
}
