using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Calico;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>Calico's own releases around a hand-over: an address is released once, by its last owner's end.</summary>
public sealed class CalicoReleaseTests : IDisposable
{
    private readonly MemoryCalico api = new();
    private readonly CalicoNode node;

    public CalicoReleaseTests()
    {
        node = new CalicoNode(api);
        CalicoNode.Fill(api);
    }

    public void Dispose() => node.Dispose();

    [Fact]
    public async Task SourcesSandboxEnds_AfterTheHandOver_KeepsTheAddress()
    {
        await node.HandOverAsync(CalicoNode.Move());

        CalicoItself.ReleaseByHandle(api, CalicoData.Source);

        Assert.Equal(CalicoData.Heir, HandleOf(7));
        CalicoItself.ReleaseByHandle(api, CalicoData.Heir);
        Assert.Null(HandleOf(7));
        Assert.Equal(7, (int)Spec["unallocated"]!.AsArray()[^1]!);
        Assert.Null(api.Get(CalicoResource.Handles, CalicoData.Heir));
        Assert.Equal("k8s-pod-network.77aa", HandleOf(9));
    }

    /// <summary>At every point of it, with the rest of the hand-over after that.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SourcesSandboxEnds_InTheMidstOfTheHandOver_TheCopyHasTheAddress(int writes)
    {
        var left = writes;
        api.Before = _ =>
        {
            if (left-- == 0) { CalicoItself.ReleaseByHandle(api, CalicoData.Source); }
        };

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(CalicoData.Heir, HandleOf(7));
        Assert.Null(api.Get(CalicoResource.Handles, CalicoData.Source));
        api.RequireConsistent();
    }

    /// <summary>Its end came first, so the address is free, or cools down: nobody has it, and the copy runs with it.</summary>
    [Fact]
    public async Task SourcesSandboxEnded_BeforeTheHandOver_TheCopyTakesTheFreeAddress()
    {
        CalicoItself.ReleaseByHandle(api, CalicoData.Source);

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(CalicoData.Heir, HandleOf(7));
        Assert.DoesNotContain(Spec["unallocated"]!.AsArray(), each => (int)each! == 7);
    }

    [Fact]
    public async Task SourcesSandboxEnded_AddressCoolsDown_TheCopyTakesIt()
    {
        CalicoNode.Fill(api, CalicoData.Block("host:a", [CalicoData.Cooling(), CalicoData.Attribute("k8s-pod-network.77aa", "a", "web-1")], (6, 0), (7, 0), (9, 1)));

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal(CalicoData.Heir, HandleOf(7));
        Assert.NotNull(Spec["attributes"]![(int)Spec["allocations"]![6]!]!["releasedAt"]);
    }

    [Fact]
    public async Task SourcesSandboxEnded_AddressIsAnothersByNow_StaysThat()
    {
        CalicoItself.ReleaseByHandle(api, CalicoData.Source);
        Assert.True(CalicoItself.AssignIP(api, 7, "k8s-pod-network.other", "a", "other-1"));

        await node.HandOverAsync(CalicoNode.Move());

        Assert.Equal("k8s-pod-network.other", HandleOf(7));
    }

    /// <summary>The collector of leaks looked at the source's allocation before, and finds that it has changed.</summary>
    [Fact]
    public async Task StaleRelease_AfterTheHandOver_IsRejected()
    {
        var seen = (ulong)Spec["sequenceNumberForAllocation"]!["7"]!;
        Assert.True(CalicoItself.MayRelease(api, 7, CalicoData.Source, seen));

        await node.HandOverAsync(CalicoNode.Move());

        Assert.False(CalicoItself.MayRelease(api, 7, CalicoData.Source, seen));
        Assert.False(CalicoItself.MayRelease(api, 7, CalicoData.Heir, seen));
    }

    /// <summary>The pod comes back, and then the first move's agent, that was long away, hands over once more.</summary>
    [Fact]
    public async Task HandOver_AfterTheMoveBack_LeavesTheAddressWithTheThird()
    {
        using var first = new CalicoNode(api, "a");
        first.Sandboxes["third"] = "c1";
        await node.HandOverAsync(CalicoNode.Move());
        var back = CalicoNode.Move();
        back.Spec.PodName = "redis-2";
        (back.Status.PodUID, back.Status.SourceNode, back.Status.TargetNode) = ("heir", "b", "a");
        back.Status.Claim = new Claim { PodName = "redis-3", PodUID = "third" };

        await first.HandOverAsync(back);
        await node.HandOverAsync(CalicoNode.Move());
        CalicoItself.ReleaseByHandle(api, CalicoData.Heir);

        Assert.Equal("k8s-pod-network.c1", HandleOf(7));
        Assert.Equal(CalicoData.Heir, (string?)Spec["attributes"]![(int)Spec["allocations"]![7]!]!["secondary"]!["rebalancer.dev/handed-over-from"]);
    }

    private JsonNode Spec => api.Get(CalicoResource.Blocks, CalicoData.BlockName)!["spec"]!;

    private string? HandleOf(int ordinal) => Spec["allocations"]![ordinal] is { } index ? (string?)Spec["attributes"]![(int)index]!["handle_id"] : null;
}
