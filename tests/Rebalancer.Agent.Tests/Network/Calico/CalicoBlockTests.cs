using System.Net;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Network.Calico;

namespace Rebalancer.Agent.Tests.Network.Calico;

public sealed class CalicoBlockTests
{
    [Theory]
    [InlineData("cidr", "\"fd00::/122\"", "spec.cidr 'fd00::/122'")]
    [InlineData("cidr", "\"10.0.0.0/8\"", "spec.cidr '10.0.0.0/8'")]
    [InlineData("cidr", "null", "spec.cidr ''")]
    [InlineData("allocations", "[null, 0]", "spec.allocations")]
    [InlineData("allocations", "\"all\"", "spec.allocations")]
    [InlineData("attributes", "[]", "spec.allocations")]
    [InlineData("attributes", "[7]", "spec.attributes")]
    [InlineData("unallocated", "[64]", "spec.unallocated")]
    [InlineData("unallocated", "[\"1\"]", "spec.unallocated")]
    [InlineData("unallocated", "null", "spec.unallocated")]
    public void Parse_FieldWithoutSense_NamesObjectAndField(string field, string value, string named)
    {
        var document = Block();
        document["spec"]![field] = JsonNode.Parse(value);

        var refusal = Assert.Throws<AddressException>(() => CalicoBlock.Parse(document));

        Assert.Equal(AddressReasons.RecordInvalid, refusal.Reason);
        Assert.Contains(CalicoData.BlockName, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralWrong_NamesAll()
    {
        var document = Block();
        (document["spec"]!["allocations"], document["spec"]!["unallocated"]) = (new JsonArray(), new JsonArray(-1));

        var refusal = Assert.Throws<AddressException>(() => CalicoBlock.Parse(document));

        Assert.Contains("spec.allocations", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("spec.unallocated", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_EachAddress_TellsWhose()
    {
        var block = CalicoBlock.Parse(Block());

        Assert.Equal(new CalicoAllocation(CalicoData.Source, new CalicoPod("default", "redis-1", "a"), ""), block.Find(IPAddress.Parse("10.244.1.7")));
        Assert.Null(block.Find(IPAddress.Parse("10.244.1.8")));
        Assert.Null(block.Find(IPAddress.Parse("10.244.1.63")));
        Assert.Equal("a", block.Node);
        Assert.Equal(AddressReasons.RecordInvalid, Assert.Throws<AddressException>(() => block.Find(IPAddress.Parse("10.244.1.64"))).Reason);
    }

    /// <summary>A migration from host-local has left such handles; Calico reads them up to the line's end.</summary>
    [Fact]
    public void Find_HandleWithALineEnd_IsReadAsCalicoReadsIt() => Assert.Equal(CalicoData.Source, CalicoBlock.Parse(Block($"{CalicoData.Source}\r\neth0")).Find(IPAddress.Parse("10.244.1.7"))!.Handle);

    /// <summary>Of a newer Calico, say.</summary>
    [Fact]
    public void Give_FieldsThatNobodyKnows_Stay()
    {
        var document = Block();
        document["metadata"]!["labels"] = new JsonObject { ["projectcalico.org/x"] = "y" };
        document["spec"]!["newField"] = new JsonObject { ["a"] = 1 };
        var before = document.ToJsonString();

        var given = CalicoBlock.Parse(document).Give(IPAddress.Parse("10.244.1.7"), new CalicoPod("default", "redis-2", "b"), CalicoData.Heir);

        Assert.Equal(before, document.ToJsonString());
        Assert.Equal("""{"a":1}""", given["spec"]!["newField"]!.ToJsonString());
        Assert.Equal("""{"projectcalico.org/x":"y"}""", given["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("2026-11-20T08:00:00Z", (string?)given["spec"]!["affinityClaimTime"]);
    }

    [Theory]
    [InlineData(26, "10.244.1.64/26")]
    [InlineData(20, "10.244.0.0/20")]
    [InlineData(32, "10.244.1.77/32")]
    [InlineData(29, "10.244.1.72/29")]
    public void Pool_BlockSize_GivesTheAddressesBlock(int size, string block) =>
        Assert.Equal(block, CalicoPool.Of(IPAddress.Parse("10.244.1.77"), [CalicoData.Pool("10.99.0.0/16"), CalicoData.Pool(blockSize: size)])!.Block.ToString());

    [Theory]
    [InlineData("10.99.0.0/16", 26)]
    [InlineData("nonsense", 26)]
    [InlineData("10.244.0.0/16", 33)]
    [InlineData("10.244.0.0/16", 8)]
    public void Pool_NoneOfTheAddress_IsNone(string cidr, int size) => Assert.Null(CalicoPool.Of(IPAddress.Parse("10.244.1.77"), [CalicoData.Pool(cidr, blockSize: size), new JsonObject()]));

    private static JsonObject Block(string handle = CalicoData.Source) => CalicoData.Block("host:a", [CalicoData.Attribute(handle, "a", "redis-1"), CalicoData.Cooling()], (7, 0), (8, 1));
}
