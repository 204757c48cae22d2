using Rebalancer.Policy.Cost;

namespace Rebalancer.Model.Tests.Cost;

public sealed class NodePricingTests
{
    private static readonly NodePricing Pricing = new() { Rates = new SizeRates(UsdPerVcpuHour: 0.03m, UsdPerGibHour: 0.004m) };

    [Theory]
    [InlineData("0.0416", 0.0416)]
    [InlineData("12", 12)]
    [InlineData("1e-3", 0.001)]
    public void PriceOf_AnnotatedNode_IsThatPrice(string text, double usd)
    {
        var price = Pricing.PriceOf(Node(text));

        Assert.Equal(new NodePrice(new Money((decimal)usd), PriceSource.Annotation), price);
    }

    [Fact]
    public void PriceOf_NodeWithoutAnnotation_EstimatedFromItsSize()
    {
        var price = Pricing.PriceOf(Node(null));

        Assert.Equal(new NodePrice(new Money(4 * 0.03m + 8 * 0.004m), PriceSource.Size, Estimated: true), price);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData("$0.10")]
    [InlineData("")]
    [InlineData("99999999")]
    [InlineData("1e400")]
    public void PriceOf_SenselessAnnotation_EstimatedAndWarned(string text)
    {
        var price = Pricing.PriceOf(Node(text));

        Assert.True(price.Estimated);
        Assert.True(price.PerHour > new Money(0));
        Assert.NotNull(price.Warning);
        Assert.Equal(("Node n1", text), (price.Warning.Item, price.Warning.Value));
    }

    private static NodeInfo Node(string? cost) => new()
    {
        Name = "n1",
        CostText = cost,
        Allocatable = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromUnits(4)), (ResourceSet.Memory, Quantity.Parse("8Gi"))),
    };
}
