using System.Net;
using System.Text.Json.Nodes;
using k8s.Autorest;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Network.Calico;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>What a user is told of a move on Calico's network, before anything is touched.</summary>
public sealed class CalicoNetworkTests : IDisposable
{
    private readonly MemoryCalico api = new();
    private readonly CalicoNode node;

    public CalicoNetworkTests() => node = new CalicoNode(api);

    public void Dispose() => node.Dispose();

    [Fact]
    public async Task Require_NothingElseInTheWay_RefusesForTheSandbox()
    {
        CalicoNode.Fill(api);

        var message = await RefusedAsync();

        Assert.EndsWith($"on Calico's network: {CalicoRules.Sandbox}", message, StringComparison.Ordinal);
        Assert.Contains(CalicoData.Address, message, StringComparison.Ordinal);
        Assert.Contains("node b", message, StringComparison.Ordinal);
        Assert.Empty(api.Written);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("node.a")]
    [InlineData("node.b")]
    public async Task Require_EbpfAnywhereOnItsWay_IsToldToo(string name)
    {
        CalicoNode.Fill(api);
        api.Put(CalicoResource.Felix, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["bpfEnabled"] = true } });

        var message = await RefusedAsync();

        Assert.Contains("bpfEnabled", message, StringComparison.Ordinal);
        Assert.EndsWith(CalicoRules.Sandbox, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_BlockWithoutSense_IsToldByNameAndField()
    {
        var block = CalicoData.Block("host:a", []);
        block["spec"]!["allocations"] = new JsonArray();
        api.Put(CalicoResource.Pools, CalicoData.Pool());
        api.Put(CalicoResource.Blocks, block);

        Assert.Contains($"IPAMBlock {CalicoData.BlockName}: spec.allocations", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "manifests/components/calico")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "cannot be read now: busy")]
    public async Task Require_ObjectsCannotBeRead_IsStillARefusalWithAReason(HttpStatusCode status, string named)
    {
        using var answer = new HttpResponseMessage(status);
        api.Failure = new HttpOperationException("busy") { Response = new HttpResponseMessageWrapper(answer, "") };

        Assert.Contains(named, await RefusedAsync(), StringComparison.Ordinal);
    }

    /// <summary>The source has refused and described nothing.</summary>
    [Fact]
    public async Task Require_NoAddressTold_SaysNothing()
    {
        var move = CalicoNode.Move(Decision.None);
        move.Status.Source!.Address = null;

        await node.RequireAsync(move);
    }

    [Theory]
    [InlineData(CalicoData.Conflist, "calico-ipam")]
    [InlineData("""{"name":"cbr0","plugins":[{"type":"bridge","ipam":{"type":"rebalancer-ipam","subnet":"10.88.0.0/16"}}]}""", "rebalancer-ipam")]
    [InlineData("""{"name":"k8s-pod-network","plugins":[{"type":"calico","ipam":{"type":"host-local","subnet":"usePodCidr"}}]}""", "rebalancer-ipam")]
    [InlineData("{", "rebalancer-ipam")]
    public void Adapters_NodesConfiguration_ChoosesTheAdapter(string config, string ipam)
    {
        node.Configure(config);

        Assert.Equal(ipam, new NetworkAdapters(node.Addressing, new FlatNetwork(null!, null!), [node.Adapter]).OfNode().Ipam);
    }

    [Theory]
    [InlineData(CalicoData.Conflist, "k8s-pod-network")]
    [InlineData("""{"plugins":[]}""", "")]
    [InlineData("""{"name":7}""", "")]
    [InlineData("[]", "")]
    [InlineData("{", "")]
    public void NetworkName_OfTheConfiguration_IsReadOrEmpty(string config, string name)
    {
        node.Configure(config);

        Assert.Equal(name, node.Addressing.NetworkName());
    }

    private async Task<string> RefusedAsync()
    {
        var refusal = await Assert.ThrowsAsync<MoveException>(() => node.RequireAsync(CalicoNode.Move(Decision.None)));
        Assert.Equal(Reasons.NetworkUnsupported, refusal.Reason);
        return refusal.Message;
    }
}
