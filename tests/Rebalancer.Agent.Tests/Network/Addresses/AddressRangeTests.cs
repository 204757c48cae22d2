using System.Net;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Tests.Network.Addresses;

public sealed class AddressRangeTests
{
    [Fact]
    public void From_AWholeSubnet_LeavesOutNetworkBroadcastAndGateway()
    {
        var range = AddressRange.Parse("10.88.1.0/29", "", "", "10.88.1.1");
        Assert.Equal(5, range.Count);
        Assert.Equal(
            ["10.88.1.2", "10.88.1.3", "10.88.1.4", "10.88.1.5", "10.88.1.6"],
            range.From(new Random(7)).Select(a => a.ToString()).Order(StringComparer.Ordinal));
        Assert.False(range.Contains(IPAddress.Parse("10.88.1.1")));
        Assert.False(range.Contains(IPAddress.Parse("10.88.1.7")));
    }

    [Fact]
    public void From_APartOfASubnet_StaysInside()
    {
        var range = AddressRange.Parse("10.88.0.0/16", "10.88.3.250", "10.88.4.3", "10.88.0.1");
        Assert.Equal(10, range.Count);
        Assert.Equal(10, range.From(new Random(1)).Distinct().Count(range.Contains));
        Assert.Equal(16, range.PrefixLength);
    }

    [Theory]
    [InlineData("", "", "", "", "subnet ''")]
    [InlineData("10.88.0.0/31", "", "", "", "subnet '10.88.0.0/31'")]
    [InlineData("fd00::/64", "", "", "", "subnet 'fd00::/64'")]
    [InlineData("10.88.0.0/16", "10.89.0.1", "", "", "rangeStart '10.89.0.1'")]
    [InlineData("10.88.0.0/16", "x", "", "", "rangeStart 'x'")]
    [InlineData("10.88.0.0/16", "10.88.0.9", "10.88.0.8", "", "rangeStart '10.88.0.9' is above rangeEnd '10.88.0.8'")]
    [InlineData("10.88.0.0/16", "", "", "10.90.0.1", "gateway '10.90.0.1'")]
    public void Parse_OfSomethingWrong_NamesFieldAndValue(string subnet, string start, string end, string gateway, string expected)
    {
        var failure = Assert.Throws<AddressException>(() => AddressRange.Parse(subnet, start, end, gateway));
        Assert.Equal(AddressReasons.InvalidRange, failure.Reason);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }
}
