using System.Net;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Calico;

namespace Rebalancer.Agent.Tests.Network.Calico;

public sealed class CalicoRulesTests
{
    private static readonly IPAddress Address = IPAddress.Parse(CalicoData.Address);

    private static CalicoFacts Sound => new(
        Address, new CalicoPod("default", "redis-1", "a"), "b", CalicoData.Network, CalicoPool.Of(Address, [CalicoData.Pool()]), BlockOf(CalicoData.Attribute(CalicoData.Source, "a", "redis-1")),
        CalicoData.Handle(CalicoData.Source), null, []);

    [Fact]
    public void Check_UsualCluster_HasNothingAgainstIt() => Assert.Empty(CalicoRules.Check(Sound));

    [Theory]
    [InlineData("""{"bpfEnabled":true}""", "bpfEnabled")]
    [InlineData("""{"bpfEnabled":false}""", null)]
    [InlineData("""{"logSeverityScreen":"Info"}""", null)]
    public void Check_DataPlane_EbpfIsRefused(string spec, string? named) => Expect(named, Sound with { Felix = [new JsonObject(), Of(spec)] });

    [Theory]
    [InlineData("Never", "Never", "default-ipv4-ippool")]
    [InlineData("Always", "Never", null)]
    [InlineData("Never", "CrossSubnet", null)]
    public void Check_Encapsulation_PoolWithoutIsRefused(string ipip, string vxlan, string? named) => Expect(named, Sound with { Pool = CalicoPool.Of(Address, [CalicoData.Pool(ipip: ipip, vxlan: vxlan)]) });

    [Fact]
    public void Check_PoolOfSomeNodes_IsRefused() => Expect("zone == 'west'", Sound with { Pool = CalicoPool.Of(Address, [CalicoData.Pool(nodes: "zone == 'west'")]) });

    /// <summary>Also what a cluster says whose Calico keeps its objects elsewhere.</summary>
    [Fact]
    public void Check_NoPool_SaysWhereItMayBe() => Expect("etcd", Sound with { Pool = null, Block = null });

    [Theory]
    [InlineData("""{"strictAffinity":true,"autoAllocateBlocks":true}""", "b", "strictAffinity")]
    [InlineData("""{"strictAffinity":true,"autoAllocateBlocks":true}""", "a", null)]
    [InlineData("""{"strictAffinity":false,"autoAllocateBlocks":true}""", "b", null)]
    public void Check_BlockOfAnotherNode_MayLendUnlessStrict(string settings, string target, string? named) => Expect(named, Sound with { Settings = Of(settings), TargetNode = target });

    [Fact]
    public void Check_NoBlock_IsNamed() => Expect(CalicoData.BlockName, Sound with { Block = null });

    [Theory]
    [InlineData("default", "redis-9", "a")]
    [InlineData("other", "redis-1", "a")]
    [InlineData("default", "redis-1", "c")]
    public void Check_AddressOfAnother_NamesWhose(string ns, string pod, string node) =>
        Expect($"pod {ns}/{pod} on node {node}", Sound with { Block = BlockOf(CalicoData.Attribute(CalicoData.Source, node, pod, ns)) });

    [Fact]
    public void Check_AddressOfNobody_IsRefused() => Expect("nobody's", Sound with { Block = BlockOf(CalicoData.Cooling()) });

    [Fact]
    public void Check_NoHandle_IsRefused() => Expect("no handle", Sound with { Block = BlockOf(CalicoData.Attribute("", "a", "redis-1")) });

    /// <summary>Of both families, say: the one would come along and the other would not.</summary>
    [Fact]
    public void Check_SecondAddress_IsRefused()
    {
        var handle = CalicoData.Handle(CalicoData.Source);
        handle["spec"]!["block"]!["fd00:10:244::/122"] = 1;

        Expect("2 addresses", Sound with { Handle = handle });
    }

    [Fact]
    public void Check_NetworkWithoutAName_IsRefused() => Expect("no name", Sound with { NetworkName = "" });

    [Fact]
    public void Check_SeveralReasons_AreAllTold() => Assert.Equal(4, CalicoRules.Check(Sound with
    {
        NetworkName = "", Felix = [Of("""{"bpfEnabled":true}""")], Pool = CalicoPool.Of(Address, [CalicoData.Pool(vxlan: "Never")]), Block = BlockOf(CalicoData.Tunnel("a")),
    }).Count);

    private static void Expect(string? named, CalicoFacts facts)
    {
        var reasons = CalicoRules.Check(facts);
        if (named is null) { Assert.Empty(reasons); }
        else { Assert.Contains(named, Assert.Single(reasons), StringComparison.Ordinal); }
    }

    private static JsonObject Of(string spec) => new() { ["spec"] = JsonNode.Parse(spec) };

    private static CalicoBlock BlockOf(JsonObject owner) => CalicoBlock.Parse(CalicoData.Block("host:a", [owner], (7, 0)));
}
