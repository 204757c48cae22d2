using k8s.Models;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Tests.Network.Addresses;

public sealed class AddressAdoptionTests
{
    /// <summary>All addresses of the range but one belong to pods that were there before.</summary>
    [Fact]
    public async Task Add_PodsFromBefore_TheirAddressesAreTheirsAndNobodyElseGetsThem()
    {
        var records = new MemoryRecords();
        records.EarlierPods.AddRange(Enumerable.Range(1, 5).Select(i => Pod($"uid-{i}", $"10.88.0.{i}")));
        var node = new CniNode("a", records) { Subnet = "10.88.0.0/29" };

        Assert.Equal("10.88.0.6/29", await node.AddAsync("new"));
        Assert.Equal("uid-3", (await records.ReadAsync("10-88-0-3", default))!.Spec.PodUID);

        await node.DeleteAsync("uid-3", "sandbox-of-before");
        Assert.Equal("10.88.0.3/29", await node.AddAsync("another"));
    }

    private static V1Pod Pod(string uid, string address) => new()
    {
        Metadata = new V1ObjectMeta { Name = uid, NamespaceProperty = "default", Uid = uid },
        Status = new V1PodStatus { PodIP = address },
    };
}
