using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Model.Tests.Risk;

public sealed class AdvisorHazardTests
{
    private static readonly AdvisorHazard Model = new(Ec2Catalogue.Instance);
    private static readonly MachineInfo Spot = MachineInfo.Unknown with { InstanceType = "m5.large", Region = "us-east-1", Capacity = CapacityType.Spot };

    [Fact]
    public void HazardOf_SpotMachine_GivesTheMonthlyRateOfItsBucket()
    {
        var bucket = Ec2Catalogue.Instance.Advice("m5.large", "us-east-1")!.Value.Bucket;
        double[] rates = [0.025, 0.075, 0.125, 0.175, 0.25];

        var hazard = Model.HazardOf(Node(Spot));

        Assert.Equal(rates[bucket], 1 - Math.Exp(-hazard.PerHour * 730), 12);
    }

    [Fact]
    public void HazardOf_OnDemand_None_UnknownSpot_Some()
    {
        Assert.Equal(0, Model.HazardOf(Node(Spot with { Capacity = CapacityType.OnDemand })).PerHour);
        Assert.True(Model.HazardOf(Node(Spot with { InstanceType = "n2-standard-4" })).PerHour > 0);
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("0", 0)]
    public void HazardOf_WrittenOnTheNode_IsThat(string text, double expected) => Assert.Equal(expected, Model.HazardOf(Node(Spot) with { HazardText = text }).PerHour);

    [Theory]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e9")]
    [InlineData("often")]
    public void HazardOf_SenselessText_IsPassedOver(string text) => Assert.Equal(Model.HazardOf(Node(Spot)), Model.HazardOf(Node(Spot) with { HazardText = text }));

    private static NodeInfo Node(MachineInfo machine) => Build.Node("n1") with { Machine = machine };
}
