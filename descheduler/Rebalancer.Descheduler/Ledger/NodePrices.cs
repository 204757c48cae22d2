using k8s.Models;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Ledger.Entries;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>What nodes cost now, and which of them a commitment pays for.</summary>
internal static class NodePrices
{
    public static IEnumerable<PriceEntry> Of(IReadOnlyCollection<V1Node> nodes, Func<IEnumerable<V1Pod>> pods, PolicyBook policies, DateTimeOffset at)
    {
        var infos = nodes.Select(n => (Node: n, Info: NodeMapping.ToModel(n, []))).ToList();
        var covering = policies.Commitments.IsEmpty ? [] : Covering([.. infos.Select(i => i.Info)], pods(), policies);
        return infos.Select(i => Price(i.Node.Metadata.Uid, i.Info, policies, covering.TryGetValue(i.Info.Name, out var index) ? policies.Commitments[index].Name : "", at));
    }

    private static Dictionary<string, int> Covering(IReadOnlyCollection<NodeInfo> nodes, IEnumerable<V1Pod> pods, PolicyBook policies)
    {
        var requests = pods.Where(p => p.Spec?.NodeName is { Length: > 0 } && p.Status?.Phase is not ("Succeeded" or "Failed"))
            .GroupBy(p => p.Spec.NodeName, p => PodMapping.ToModel(p, []).Requests, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Aggregate(ResourceSet.Empty, static (a, b) => a + b), StringComparer.Ordinal);
        return Commitments.Covering(policies.Commitments.Select(c => c.Commitment), nodes, node => Share(requests.GetValueOrDefault(node.Name, ResourceSet.Empty), node.Allocatable));
    }

    /// <summary>Of the processors, as plans have it.</summary>
    private static double Share(ResourceSet requested, ResourceSet allocatable)
        => allocatable[ResourceSet.Cpu].ToDecimal() is > 0 and var all ? (double)(requested[ResourceSet.Cpu].ToDecimal() / all) : 0;

    private static PriceEntry Price(string uid, NodeInfo node, PolicyBook policies, string commitment, DateTimeOffset at)
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
            Commitment = commitment,
            Policy = label,
        };
    }
}
