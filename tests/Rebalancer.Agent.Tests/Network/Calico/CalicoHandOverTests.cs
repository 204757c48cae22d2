using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Network.Calico;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>An address goes from source to copy in Calico's records, whatever others do to them meanwhile.</summary>
public sealed class CalicoHandOverTests : IDisposable
{
    private readonly MemoryCalico api = new();
    private readonly CalicoNode node;

    public CalicoHandOverTests() => node = new CalicoNode(api);

    public void Dispose() => node.Dispose();

    private JsonNode Spec => api.Get(CalicoResource.Blocks, CalicoData.BlockName)!["spec"]!;

    [Fact]
    public async Task HandOver_Committed_ChangesTheOwnerAndNothingElse()
    {
        CalicoNode.Fill(api);

        await node.HandOverAsync(CalicoNode.Move());

        var heir = CalicoData.Attribute(CalicoData.Heir, "b", "redis-2");
        heir["secondary"]!["rebalancer.dev/handed-over-from"] = CalicoData.Source;
        var expected = CalicoData.Block("host:a", [CalicoData.Tunnel("a"), CalicoData.Attribute("k8s-pod-network.77aa", "a", "web-1"), heir], (0, 0), (7, 2), (9, 1));
        expected["spec"]!["sequenceNumber"] = CalicoData.Sequence + 1;
        expected["spec"]!["sequenceNumberForAllocation"]!["7"] = CalicoData.Sequence;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected["spec"]!.ToJsonString()), Spec), Spec.ToJsonString());
        Assert.Null(api.Get(CalicoResource.Handles, CalicoData.Source));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(CalicoData.Handle(CalicoData.Heir)["spec"]!.ToJsonString()), api.Get(CalicoResource.Handles, CalicoData.Heir)!["spec"]));
        Assert.Equal(3, api.Written.Count);
    }

    [Fact]
    public async Task HandOver_Twice_WritesNothingMore()
    {
        CalicoNode.Fill(api);
        await node.HandOverAsync(CalicoNode.Move());
        var before = api.Text();

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(before, api.Text());
        Assert.Equal(3, api.Written.Count);
    }

    /// <summary>The agent dies, or the server goes, after each of the writes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task HandOver_BrokenOff_IsFinishedByTheNext(int writes)
    {
        CalicoNode.Fill(api);
        api.WritesLeft = writes;
        await Assert.ThrowsAsync<HttpRequestException>(() => node.HandOverAsync(CalicoNode.Move()));
        Assert.Equal(writes, api.Written.Count);
        api.WritesLeft = int.MaxValue;

        await node.HandOverAsync(CalicoNode.Move());

        var whole = new MemoryCalico();
        using var other = new CalicoNode(whole);
        CalicoNode.Fill(whole);
        await other.HandOverAsync(CalicoNode.Move());
        Assert.Equal(whole.Text(), api.Text());
    }

    /// <summary>The first try has an old resourceVersion.</summary>
    [Fact]
    public async Task HandOver_BlockChangesMeanwhile_KeepsBothChanges()
    {
        CalicoNode.Fill(api);
        api.Before = write =>
        {
            if (write.Plural != CalicoResource.Blocks) { return; }
            api.Before = null;
            Assert.True(CalicoItself.AssignIP(api, 20, "k8s-pod-network.20", "a", "new-1"));
        };

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(CalicoData.Heir, HandleOf(7));
        Assert.Equal("k8s-pod-network.20", HandleOf(20));
        Assert.Equal(CalicoData.Sequence + 2, (ulong)Spec["sequenceNumber"]!);
    }

    [Fact]
    public async Task HandOver_NeverAsItWasRead_EndsTyped()
    {
        CalicoNode.Fill(api);
        api.Before = _ => api.Put(CalicoResource.Blocks, api.Get(CalicoResource.Blocks, CalicoData.BlockName)!);

        Assert.Equal(AddressReasons.Contention, (await Assert.ThrowsAsync<AddressException>(() => node.HandOverAsync(CalicoNode.Move()))).Reason);

        Assert.Equal(CalicoData.Source, HandleOf(7));
    }

    [Fact]
    public async Task HandOver_BlockFull_NeedsNoRoom()
    {
        CalicoNode.Fill(api, CalicoData.Block("host:a", [CalicoData.Attribute(CalicoData.Source, "a", "redis-1"), CalicoData.Attribute("k8s-pod-network.77aa", "a", "web-1")],
            [.. Enumerable.Range(0, 64).Select(each => (each, each == 7 ? 0 : 1))]));
        api.Put(CalicoResource.Handles, CalicoData.Handle("k8s-pod-network.77aa", 63));

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(CalicoData.Heir, HandleOf(7));
        Assert.Equal("k8s-pod-network.77aa", HandleOf(63));
    }

    /// <summary>Of another node, or of none since the node has gone: every other node routes the single address to the node in the attributes.</summary>
    [Theory]
    [InlineData("host:a")]
    [InlineData("host:c")]
    [InlineData(null)]
    public async Task HandOver_BlockOfWhomever_NamesTheTargetAsTheAddressesNode(string? affinity)
    {
        CalicoNode.Fill(api, CalicoData.Block(affinity, [CalicoData.Attribute(CalicoData.Source, "a", "redis-1")], (7, 0)));

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal("b", (string?)Spec["attributes"]![(int)Spec["allocations"]![7]!]!["secondary"]!["node"]);
        Assert.Equal(affinity, (string?)Spec["affinity"]);
    }

    [Fact]
    public async Task HandOver_SourcesHandleMissing_GivesTheAddress()
    {
        CalicoNode.Fill(api);
        api.Remove(CalicoResource.Handles, CalicoData.Source);

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(CalicoData.Heir, HandleOf(7));
    }

    /// <summary>Of another block, or of this one: only this address is handed over.</summary>
    [Fact]
    public async Task HandOver_SourcesHandleHasMore_KeepsTheRest()
    {
        CalicoNode.Fill(api, CalicoData.Block("host:a", [CalicoData.Attribute(CalicoData.Source, "a", "redis-1")], (7, 0), (8, 0)));
        var handle = CalicoData.Handle(CalicoData.Source, 2);
        handle["spec"]!["block"]!["10.244.9.0/26"] = 1;
        api.Put(CalicoResource.Handles, handle);

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal((CalicoData.Heir, CalicoData.Source), (HandleOf(7), HandleOf(8)));
        Assert.Equal("""{"10.244.1.0/26":1,"10.244.9.0/26":1}""", api.Get(CalicoResource.Handles, CalicoData.Source)!["spec"]!["block"]!.ToJsonString());
    }

    /// <summary>Calico marks a handle, and deletes it with a second call, before which its caller may die.</summary>
    [Fact]
    public async Task HandOver_HeirsHandleMarkedAsDeleted_IsMadeAnew()
    {
        CalicoNode.Fill(api);
        var handle = CalicoData.Handle(CalicoData.Heir);
        handle["spec"]!["deleted"] = true;
        api.Put(CalicoResource.Handles, handle);

        await node.HandOverAsync(CalicoNode.Move());

        Assert.False((bool)api.Get(CalicoResource.Handles, CalicoData.Heir)!["spec"]!["deleted"]!);
        Assert.Equal(CalicoData.Heir, HandleOf(7));
    }

    /// <summary>Somebody else's by the records, or one that was forged there: not this move's to give.</summary>
    [Theory]
    [InlineData("default", "redis-9", "a")]
    [InlineData("other", "redis-1", "a")]
    [InlineData("default", "redis-1", "c")]
    public async Task HandOver_AddressOfAnother_ChangesNothing(string ns, string pod, string of)
    {
        CalicoNode.Fill(api, CalicoData.Block("host:a", [CalicoData.Attribute(CalicoData.Source, of, pod, ns)], (7, 0)));
        var before = api.Text();

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(before, api.Text());
    }

    [Fact]
    public async Task HandOver_AddressOfATunnelOrAMachine_ChangesNothing()
    {
        var machine = CalicoData.Attribute("k8s-pod-network.default.vm", "a", "redis-1");
        machine["secondary"]!["vmi-name"] = "vm";
        foreach (var owner in new[] { CalicoData.Tunnel("a"), machine })
        {
            CalicoNode.Fill(api, CalicoData.Block("host:a", [owner.DeepClone().AsObject()], (7, 0)));
            var before = api.Text();

            await node.HandOverAsync(CalicoNode.Move());

            Assert.Equal(before, api.Text());
        }
    }

    [Theory]
    [InlineData(Decision.None)]
    [InlineData(Decision.Aborted)]
    public async Task HandOver_WithoutACommit_TouchesNothing(string decision)
    {
        CalicoNode.Fill(api);
        var before = api.Text();

        Assert.Equal(AddressReasons.MoveUndecided, (await Assert.ThrowsAsync<AddressException>(() => node.HandOverAsync(CalicoNode.Move(decision)))).Reason);

        Assert.Equal(before, api.Text());
    }

    /// <summary>Nobody could release by its handle what it would be given.</summary>
    [Fact]
    public async Task HandOver_CopyHasEnded_LeavesTheAddressToTheSourcesEnd()
    {
        CalicoNode.Fill(api);
        node.Sandboxes.Clear();

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Empty(api.Written);
    }

    [Fact]
    public async Task HandOver_ConfigurationWithoutAName_IsTriedAgain()
    {
        CalicoNode.Fill(api);
        node.Configure("{");

        await Assert.ThrowsAsync<IOException>(() => node.HandOverAsync(CalicoNode.Move()));

        Assert.Empty(api.Written);
    }

    private string? HandleOf(int ordinal) => Spec["allocations"]![ordinal] is { } index ? (string?)Spec["attributes"]![(int)index]!["handle_id"] : null;
}
