using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Model.Tests.Cost;

public sealed class PriceOrderTests
{
    private static readonly MachineInfo M5 = MachineInfo.Unknown with { InstanceType = "m5.large", Region = "us-east-1", Zone = "us-east-1a", Arch = "amd64" };
    private static readonly NodePricing Pricing = new() { Catalogues = [Ec2Catalogue.Instance] };

    [Fact]
    public void PriceOf_OverrideAnnotationCatalogueSize_InThisOrder()
    {
        var overridden = Pricing with { Overrides = [new PriceOverride(new NodeMatch { InstanceTypes = ["m5.large"] }, new Money(0.01m))] };

        Assert.Equal((0.01m, PriceSource.Override), Of(overridden, Node(M5, "0.05")));
        Assert.Equal((0.05m, PriceSource.Annotation), Of(Pricing, Node(M5, "0.05")));
        Assert.Equal((0.096m, PriceSource.Catalogue), Of(Pricing, Node(M5)));
        Assert.Equal(PriceSource.Size, Pricing.PriceOf(Node(M5 with { InstanceType = "ours" })).Source);
    }

    [Fact]
    public void PriceOf_UnreadableAnnotation_CatalogueAndAWarning()
    {
        var price = Pricing.PriceOf(Node(M5, "NaN"));

        Assert.Equal(PriceSource.Catalogue, price.Source);
        Assert.Equal("NaN", price.Warning!.Value);
    }

    [Fact]
    public void PriceOf_Spot_OnDemandLessTheAdvisorsSaving_Estimated()
    {
        var advice = Ec2Catalogue.Instance.Advice("m5.large", "us-east-1")!.Value;

        var price = Pricing.PriceOf(Node(M5 with { Capacity = CapacityType.Spot }));

        Assert.Equal(0.096m * (100 - advice.SavingPercent) / 100, price.PerHour.Usd);
        Assert.True(price.Estimated);
    }

    [Theory]
    [InlineData("us-east-1", false)]
    [InlineData("eu-central-1", true)]
    [InlineData("", true)]
    public void PriceOf_AnotherRegion_IsTheListedOneAsAnEstimate(string region, bool estimated)
    {
        var price = Pricing.PriceOf(Node(M5 with { Region = region }));

        Assert.Equal((0.096m, estimated), (price.PerHour.Usd, price.Estimated));
    }

    [Fact]
    public void PriceOf_BySize_GpusCountAndSpotIsCheaper()
    {
        var rates = new SizeRates(1, 2, 3, 0.5m);
        var resources = Build.Resources(("cpu", "4"), ("memory", "2Gi"), ("nvidia.com/gpu", "1"));

        Assert.Equal(new Money(11), rates.PriceOf(CapacityType.OnDemand, resources));
        Assert.Equal(new Money(5.5m), rates.PriceOf(CapacityType.Spot, resources));
    }

    [Fact]
    public void PriceFile_MostSpecificLineDecides()
    {
        const string text = """
            # comment
            instance_type,region,zone,capacity_type,usd_per_hour
            n2-standard-4,,,on-demand,0.20
            n2-standard-4,europe-west3,,on-demand,0.25
            n2-standard-4,europe-west3,europe-west3-a,on-demand,0.30
            """;
        var problems = new List<InvalidField>();
        var file = PriceFile.Read("prices.csv", text, problems);
        decimal? Find(string region, string zone) => file.Find(new MachineInfo("n2-standard-4", region, zone, CapacityType.OnDemand, "amd64", []))?.PerHour.Usd;

        Assert.Empty(problems);
        Assert.Equal([0.30m, 0.25m, 0.20m], new[] { Find("europe-west3", "europe-west3-a"), Find("europe-west3", "europe-west3-b"), Find("us-central1", "us-central1-a") });
        Assert.Null(file.Find(new MachineInfo("n2-standard-4", "", "", CapacityType.Spot, "amd64", [])));
    }

    [Theory]
    [InlineData("m5.large,,,on-demand,0")]
    [InlineData("m5.large,,,on-demand,-1")]
    [InlineData("m5.large,,,on-demand,NaN")]
    [InlineData("m5.large,,,on-demand,99999999")]
    [InlineData("m5.large,,,preemptible,1")]
    [InlineData("m5.large,on-demand,1")]
    public void PriceFile_WrongLine_ReportedWithItsNumber(string line)
    {
        var problems = new List<InvalidField>();

        PriceFile.Read("prices.csv", "instance_type,region,zone,capacity_type,usd_per_hour\n" + line, problems);

        Assert.Equal(("prices.csv", "line 2", line), (problems.Single().Item, problems.Single().Field, problems.Single().Value));
    }

    [Fact]
    public void Commitments_CoverTheFullestNodes()
    {
        NodeInfo[] nodes = [Node(M5) with { Name = "a" }, Node(M5) with { Name = "b" }, Node(M5) with { Name = "c" }];
        var use = new Dictionary<string, double> { ["a"] = 0.1, ["b"] = 0.9, ["c"] = 0.5 };

        var covered = Commitments.Covered([new Commitment(new NodeMatch(), 1), new Commitment(new NodeMatch { InstanceTypes = ["m5.large"] }, 1)], nodes, n => use[n.Name]);

        Assert.Equal(["b", "c"], covered.Order());
    }

    private static (decimal, PriceSource) Of(NodePricing pricing, NodeInfo node) => (pricing.PriceOf(node).PerHour.Usd, pricing.PriceOf(node).Source);

    private static NodeInfo Node(MachineInfo machine, string? cost = null) => Build.Node("n1") with { Machine = machine, CostText = cost };
}
