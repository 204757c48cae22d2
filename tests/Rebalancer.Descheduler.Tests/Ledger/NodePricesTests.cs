using k8s.Models;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Ledger;

/// <summary>A commitment for two nodes of four, of which the fullest are taken.</summary>
public sealed class NodePricesTests
{
    private static readonly RebalancePolicy Policy = new()
    {
        Metadata = new V1ObjectMeta { Name = "default", Generation = 3 },
        Spec = new RebalancePolicySpec { Commitments = [new CommitmentSpec { Count = 2 }] },
    };

    private static readonly V1Node[] Nodes = [.. new[] { "a", "b", "c", "d" }.Select(Node)];
    private static readonly V1Pod[] Pods = [Builders.Pod("p", "b"), Builders.Pod("q", "c")];

    [Fact]
    public void OfAll_TheFullestAreCovered()
        => Assert.Equal(
            [("a", ""), ("b", "default/commitments[0]"), ("c", "default/commitments[0]"), ("d", "")],
            Prices(Nodes).OfAll(DateTimeOffset.UnixEpoch).Select(p => (p.NodeUid, p.Commitment)));

    [Fact]
    public void OfGone_MoreWereThereThanAreCommitted_Saves() => Assert.Equal([("a", 0.1m)], Gone(there: "bcd", "a"));

    [Fact]
    public void OfGone_NoMoreWereThereThanAreCommitted_SavesNothing() => Assert.Equal([("a", 0m)], Gone(there: "b", "a"));

    /// <summary>The first leaves two, for which the commitment pays; so the second saves nothing.</summary>
    [Fact]
    public void OfGone_SeveralTogether_OnlyThoseBeyondTheCommitmentSave() => Assert.Equal([("a", 0.1m), ("d", 0m)], Gone(there: "b", "a", "d"));

    [Fact]
    public void OfAll_NoCommitments_PodsAreNotLookedAt()
        => Assert.Equal(4, new NodePrices(Nodes, () => throw new InvalidOperationException("pods were asked for"), PolicyBook.Of([])).OfAll(DateTimeOffset.UnixEpoch).Count());

    [Fact]
    public void PolicyThatMakesNoSense_IsPassedOver()
    {
        var bad = new RebalancePolicy { Metadata = new V1ObjectMeta { Name = "bad" }, Spec = new RebalancePolicySpec { OfferedTypes = ["huge"], Prices = [new PriceSpec { UsdPerHour = new DecimalText("7") }] } };

        Assert.All(new NodePrices(Nodes, () => Pods, PolicyBook.Of([bad, Policy])).OfAll(DateTimeOffset.UnixEpoch), p => Assert.Equal(("default@3", 0.1m, "Annotation"), (p.Policy, p.UsdPerHour, p.Source)));
    }

    private static IEnumerable<(string, decimal)> Gone(string there, params string[] gone)
        => Prices([.. Nodes.Where(n => there.Contains(n.Metadata.Name, StringComparison.Ordinal))])
            .OfGone([.. gone.Select(g => (Nodes.Single(n => n.Metadata.Name == g), DateTimeOffset.UnixEpoch))]).Select(p => (p.NodeUid, p.SavedUsdPerHour));

    private static NodePrices Prices(V1Node[] nodes) => new(nodes, () => Pods, PolicyBook.Of([Policy]));

    private static V1Node Node(string name)
    {
        var node = Builders.Node(name);
        node.Metadata.Uid = name;
        return node;
    }
}
