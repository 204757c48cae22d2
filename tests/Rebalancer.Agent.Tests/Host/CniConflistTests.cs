using System.Net;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Host;

namespace Rebalancer.Agent.Tests.Host;

public sealed class CniConflistTests
{
    private static readonly PodRange Range = new("10.88.0.0/16", "10.88.128.1", "10.88.255.254", "10.88.0.1");

    [Fact]
    public void Rewrite_BridgeWithHostLocal_GivesAddressesByRebalancerAndKeepsTheRest()
    {
        var text = """{"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"bridge","bridge":"br0","ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.0.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},{"type":"portmap"}]}""";

        var rewritten = JsonNode.Parse(CniConflist.Rewrite("10-lab.conflist", text, Range))!;

        var expected = JsonNode.Parse("""{"type":"rebalancer-ipam","subnet":"10.88.0.0/16","rangeStart":"10.88.128.1","rangeEnd":"10.88.255.254","gateway":"10.88.0.1","routes":[{"dst":"0.0.0.0/0"}]}""");
        Assert.True(JsonNode.DeepEquals(expected, rewritten["plugins"]![0]!["ipam"]), rewritten.ToString());
        Assert.Equal(("br0", "portmap"), ((string?)rewritten["plugins"]![0]!["bridge"], (string?)rewritten["plugins"]![1]!["type"]));
    }

    [Theory]
    [InlineData("""{"plugins":[{"type":"calico","ipam":{"type":"calico-ipam"}}]}""", "only bridge")]
    [InlineData("""{"plugins":[{"type":"cilium-cni"}]}""", "no plugin")]
    [InlineData("{", "not JSON")]
    public void Rewrite_AnotherNetwork_IsRefusedByName(string text, string why) =>
        Assert.Contains(why, Assert.Throws<InstallException>(() => CniConflist.Rewrite("05-x.conflist", text, Range)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"plugins":[{"type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.0.0/16","rangeStart":"10.88.1.2","rangeEnd":"10.88.1.254"}]]}}]}""", "10.88.1.2", "10.88.1.254", "10.88.0.1")]
    [InlineData("""{"type":"bridge","ipam":{"type":"host-local","subnet":"10.88.0.0/24","gateway":"10.88.0.254"}}""", "10.88.0.1", "10.88.0.254", "10.88.0.254")]
    public void Find_BridgeThatTheNodeIsOnItself_TakesItsRangeOver(string text, string start, string end, string gateway)
    {
        var (range, _) = CniConflist.Find("10-lab.conflist", text, IPAddress.Parse("10.88.0.11"));

        Assert.Equal((start, end, gateway), (range!.Start, range.End, range.Gateway));
        Assert.Contains("rebalancer-ipam", CniConflist.Rewrite("10-lab.conflist", text, range), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"plugins":[{"type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.244.1.0/24"}]]}}]}""", "routed to its former node")]
    [InlineData("""{"plugins":[{"type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.0.0/16"}],[{"subnet":"fd00::/64"}]]}}]}""", "no range or several")]
    [InlineData("""{"plugins":[{"type":"ptp","ipam":{"type":"host-local","subnet":"10.88.0.0/16"}}]}""", "no bridge")]
    [InlineData("""{"plugins":[{"type":"cilium-cni"}]}""", "no bridge")]
    [InlineData("{", "not JSON")]
    public void Find_NetworkWhoseAddressesStayOnTheirNode_IsLeftAlone(string text, string why)
        => Assert.Contains(why, CniConflist.Find("05-x.conflist", text, IPAddress.Parse("10.88.0.11")).Why, StringComparison.Ordinal);

    [Fact]
    public void Parse_Nothing_LeavesTheNetworkAlone() => Assert.Equal((null, 0), (PodRange.Parse(null, null, null).Range, PodRange.Parse("", "", "").Errors.Count));

    [Fact]
    public void Parse_OutOfTheNetwork_TellsAllAtOnce() => Assert.Equal(2, PodRange.Parse("10.88.0.0/16", "10.88.1.1-10.89.0.1", "192.168.0.1").Errors.Count);
}
