using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Scoring.Live;
using Rebalancer.Scheduler.Publishing;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Publishing;

public sealed class NodeFiguresTests
{
    /// <summary>4 processors and 8 GiB by size.</summary>
    private const string Estimate = "0.1704";

    [Fact]
    public void Changes_NothingWritten_SetsBothAndSaysThatTheyAreOurs()
        => Assert.Equal((Estimate, "0", Estimate + ";0"), Of(Node("n", cost: null)));

    [Fact]
    public void Changes_PublishedBefore_AreNone() => Assert.Equal((null, null, null), Of(Published(Estimate, "0", Estimate + ";0")));

    [Fact]
    public void Changes_PublishedWhenPricesWereOthers_FollowThePrices()
        => Assert.Equal((Estimate, null, Estimate + ";0"), Of(Published("0.5", "0", "0.5;0")));

    [Fact]
    public void Changes_OwnersPrice_StaysAsItIs()
        => Assert.Equal((null, "0", ";0"), Of(Node("n", "0.30")));

    [Fact]
    public void Changes_PriceThatTheOwnerChangedAfterwards_CountsAsTheOwners()
    {
        var node = Published("0.30", "0", Estimate + ";0");

        Assert.Equal((null, null, ";0"), Of(node));
        Assert.Equal("0.30", NodeFigures.WithoutPublished(NodeMapping.ToModel(node, []), node).CostText);
    }

    private static k8s.Models.V1Node Published(string cost, string hazard, string published)
        => Node("n", cost, (Names.InterruptionHazard, hazard), (Names.Published, published));

    private static (string? Cost, string? Hazard, string? Published) Of(k8s.Models.V1Node node)
    {
        var live = new LiveCluster(new PlanPolicy(), new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates());
        live.Set(NodeFigures.WithoutPublished(NodeMapping.ToModel(node, []), node));
        var changes = NodeFigures.Changes(node, live.ToIndex().Find("n")!);
        return (changes.GetValueOrDefault(Names.CostUsdPerHour), changes.GetValueOrDefault(Names.InterruptionHazard), changes.GetValueOrDefault(Names.Published));
    }
}
