using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Scoring;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Scoring;

public sealed class NodeScorerTests
{
    private static readonly NodeInfo Usual = Node("usual") with { CostText = "0.2" };

    [Fact]
    public void Score_DearerNode_CostsMore() => Assert.True(Term(Usual with { CostText = "0.4" }, "cost") > Term(Usual, "cost"));

    [Fact]
    public void Score_NodeAtRisk_CostsHazardTimesWhatThePodWouldLose()
        => Assert.Equal(0.02 * 0.1 * 0.05, Term(Usual with { HazardText = "0.02" }, "risk"), 12);

    [Fact]
    public void Score_UnevenlyUsedNode_CostsMore() => Assert.True(Term(Usual.Offers("memory", "80Gi"), "packing") > Term(Usual, "packing"));

    [Fact]
    public void Score_ProcessorThatMayLackFeatures_CostsAsMuchAsTheNode()
    {
        var source = Node("source") with { Machine = MachineInfo.Unknown with { InstanceType = "m6i.large" } };
        var older = Usual with { Machine = MachineInfo.Unknown with { InstanceType = "m5.large" } };
        var newer = Usual with { Machine = MachineInfo.Unknown with { InstanceType = "m7i.large" } };

        Assert.Equal((0.2, 0), (Term(older, "cpu", source), Term(newer, "cpu", source)));
    }

    [Fact]
    public void Score_UnmetWishes_CountByWeight()
    {
        var wishing = Pod("p").With(p => p with
        {
            Preferences = new Preferences(
                [new PreferredNode(40, new NodeTerm([new Requirement("disk", "In", ["ssd"])], []))],
                [new PreferredPods(-60, Near("noisy"))]),
        });
        double Missed(NodeInfo node, params PodInfo[] others)
        {
            var index = new ClusterIndex(Cluster([node], others), [wishing]);
            return new PreferenceTable(index).Missed(index.PodNumber(wishing), 0);
        }

        Assert.Equal(0, Missed(Usual.Labelled("disk", "ssd")));
        Assert.Equal(40, Missed(Usual));
        Assert.Equal(100, Missed(Usual, Pod("noisy", "usual")));
        Assert.Equal(140, Missed(Usual with { Taints = [new Taint("soft", "", "PreferNoSchedule")] }));
    }

    [Fact]
    public void Score_Total_IsTheSumOfItsTerms()
    {
        var score = Score(Usual with { HazardText = "0.02" }, null);

        Assert.Equal(score.Terms.Sum(t => t.UsdPerHour), score.UsdPerHour);
        Assert.Equal(["cost", "risk", "preferences", "packing", "cpu"], score.Terms.Select(t => t.Name));
    }

    private static double Term(NodeInfo node, string name, NodeInfo? source = null) => Score(node, source).Terms.Single(t => t.Name == name).UsdPerHour;

    private static NodeScore Score(NodeInfo node, NodeInfo? source)
    {
        var pod = Pod("p", source?.Name ?? "", cpu: "1", memory: "2Gi");
        var index = new ClusterIndex(Cluster(source is null ? [node] : [node, source]), [pod]);
        var costs = new PlacementCosts(index, new PlanPolicy(), new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates());
        return new NodeScorer(index, new Occupancy(index), costs).Score(index.PodNumber(pod), index.NodeNumber(node.Name), index.NodeNumber(pod.NodeName));
    }
}
