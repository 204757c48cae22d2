using k8s.Models;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Ledger.Entries;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>What nodes cost at one instant, and which of them a commitment pays for.</summary>
/// <param name="pods">Asked only where there are commitments: by what pods ask for, the fullest nodes are those that stay.</param>
internal sealed class NodePrices(IEnumerable<V1Node> nodes, Func<IEnumerable<V1Pod>> pods, PolicyBook policies)
{
    private readonly List<(V1Node Node, NodeInfo Info)> there = [.. nodes.Select(n => (n, NodeMapping.ToModel(n, [])))];
    private readonly Lazy<Dictionary<string, decimal>> processors = new(() => Processors(pods()));

    /// <summary>Of the nodes that are there.</summary>
    public IEnumerable<PriceEntry> OfAll(DateTimeOffset at)
    {
        var covering = Covering([.. there.Select(t => t.Info)]);
        return there.Select(t => Price(t.Node.Metadata.Uid, t.Info, covering, at));
    }

    /// <summary>
    /// Of nodes that have gone, each beside those that are left and those that went after it: whether a commitment pays for it is decided by how many there
    /// were, and of several that go together each leaves one less. Commitments are for the fullest nodes, since those stay; so the one that goes comes last.
    /// </summary>
    public IEnumerable<PriceEntry> OfGone(IReadOnlyList<(V1Node Node, DateTimeOffset At)> gone)
    {
        var infos = gone.Select(g => NodeMapping.ToModel(g.Node, [])).ToList();
        for (var i = 0; i < gone.Count; i++)
        {
            var later = infos.Skip(i).ToList();
            var names = later.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
            yield return Price(gone[i].Node.Metadata.Uid, infos[i], Covering([.. there.Select(t => t.Info).Where(n => !names.Contains(n.Name)), .. later.DistinctBy(n => n.Name)], infos[i].Name), gone[i].At);
        }
    }

    private Dictionary<string, int> Covering(IReadOnlyCollection<NodeInfo> nodes, string? leaving = null)
        => policies.Commitments.IsEmpty ? [] : Commitments.Covering(policies.Commitments.Select(c => c.Commitment), nodes, n => n.Name == leaving ? -1 : Share(n));

    /// <summary>Requested of its processors, as plans have it.</summary>
    private double Share(NodeInfo node)
        => node.Allocatable[ResourceSet.Cpu].ToDecimal() is > 0 and var all ? (double)(processors.Value.GetValueOrDefault(node.Name) / all) : 0;

    private static Dictionary<string, decimal> Processors(IEnumerable<V1Pod> pods)
        => pods.Where(p => p.Spec?.NodeName is { Length: > 0 } && p.Status?.Phase is not ("Succeeded" or "Failed"))
            .GroupBy(p => p.Spec.NodeName, p => PodMapping.ToModel(p, []).Requests[ResourceSet.Cpu].ToDecimal(), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);

    private PriceEntry Price(string uid, NodeInfo node, Dictionary<string, int> covering, DateTimeOffset at)
    {
        var (label, policy) = policies.ForNode(node);
        var price = policy.Pricing.PriceOf(node);
        var list = price.Source is PriceSource.Catalogue or PriceSource.Size ? policy.Pricing.PriceOf(node.Machine with { Capacity = CapacityType.OnDemand }, node.Allocatable).PerHour : price.PerHour;
        return new PriceEntry
        {
            NodeUid = uid,
            At = Exact.Instant(at),
            UsdPerHour = Exact.Usd(price.PerHour.Usd),
            ListUsdPerHour = Exact.Usd(list.Usd),
            Source = price.Source.ToString(),
            Estimated = price.Estimated,
            Commitment = covering.TryGetValue(node.Name, out var index) ? policies.Commitments[index].Name : "",
            Policy = label,
        };
    }
}
