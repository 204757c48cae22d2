using Rebalancer.Ledger.Entries;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Ledger.Waste;

/// <summary>Divides each node's price among its pods and idleness.</summary>
public static class WasteAccount
{
    private const string GpuSuffix = "/gpu";
    private const decimal GibBytes = 1024m * 1024 * 1024;

    /// <param name="priceOf">What a node costs.</param>
    /// <param name="rates">By what a node's price is divided among its resources.</param>
    /// <param name="usage">What each pod uses, by namespace/name; null: nothing measures it. A pod that is absent uses what it asks for.</param>
    public static WasteReport Of(
        IReadOnlyCollection<NodeInfo> nodes, IEnumerable<PodInfo> pods, Func<NodeInfo, NodePrice> priceOf, SizeRates rates, IReadOnlyDictionary<string, ResourceSet>? usage, DateTimeOffset at)
    {
        var placed = pods.Where(p => p.NodeName.Length > 0 && !p.Finished).ToLookup(p => p.NodeName, StringComparer.Ordinal);
        var shares = new List<PodShare>();
        var lines = new List<NodeWaste>();
        foreach (var node in nodes.OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            var price = priceOf(node);
            var usd = Exact.Usd(price.PerHour.Usd);
            var own = Divide(node, usd, [.. placed[node.Name]], rates, usage);
            var idle = usd - own.Sum(s => s.Usd);
            lines.Add(new NodeWaste(node.Name, usd, price.Estimated, idle, usd > 0 ? Math.Round(idle / usd, 4) : 0, usage is null ? null : own.Sum(s => s.Waste), own.Count));
            shares.AddRange(own);
        }

        var namespaces = shares.GroupBy(s => s.Namespace, StringComparer.Ordinal).OrderByDescending(g => g.Sum(s => s.Usd)).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new NamespaceWaste(g.Key, g.Sum(s => s.Usd), usage is null ? null : g.Sum(s => s.Waste), g.Count()));
        return new WasteReport(at, usage is not null, lines.Sum(n => n.UsdPerHour), lines.Sum(n => n.IdleUsdPerHour), usage is null ? null : shares.Sum(s => s.Waste), [.. lines], [.. namespaces]);
    }

    private static List<PodShare> Divide(NodeInfo node, decimal usd, IReadOnlyCollection<PodInfo> pods, SizeRates rates, IReadOnlyDictionary<string, ResourceSet>? usage)
    {
        var taken = pods.Select(p => (Pod: p, Used: usage?.GetValueOrDefault(p.FullName) ?? p.Requests)).ToList();

        // Pods together may use more than the node gives away; it costs no more for that.
        var units = Parts(node, usd, rates)
            .Select(part => (part.Resource, Usd: part.Usd / Math.Max(part.Amount, taken.Sum(t => Charged(t.Pod, t.Used, part.Resource)))))
            .ToList();
        return Capped(
            [.. taken.Select(t => new PodShare(
                t.Pod.Namespace,
                Exact.Usd(units.Sum(u => u.Usd * Charged(t.Pod, t.Used, u.Resource))),
                Exact.Usd(units.Sum(u => u.Usd * Math.Max(0, t.Pod.Requests[u.Resource].ToDecimal() - t.Used[u.Resource].ToDecimal())))))],
            usd);
    }

    private static decimal Charged(PodInfo pod, ResourceSet used, string resource) => Math.Max(pod.Requests[resource].ToDecimal(), used[resource].ToDecimal());

    /// <summary>Rounding must not make a node dearer than it is.</summary>
    private static List<PodShare> Capped(List<PodShare> shares, decimal usd)
    {
        if (shares.Sum(s => s.Usd) - usd is > 0 and var over)
        {
            var largest = shares.Index().MaxBy(s => s.Item.Usd).Index;
            shares[largest] = shares[largest] with { Usd = shares[largest].Usd - over };
        }

        return shares;
    }

    /// <summary>A node's price, divided in proportion to what its resources would cost by size.</summary>
    private static IEnumerable<(string Resource, decimal Amount, decimal Usd)> Parts(NodeInfo node, decimal usd, SizeRates rates)
    {
        var sizes = node.Allocatable.Amounts.Select(a => (a.Key, Amount: a.Value.ToDecimal(), Weight: Weight(a.Key, a.Value.ToDecimal(), rates))).Where(s => s is { Amount: > 0, Weight: > 0 }).ToList();
        var total = sizes.Sum(s => s.Weight);
        return sizes.Select(s => (s.Key, s.Amount, usd * s.Weight / total));
    }

    private static decimal Weight(string resource, decimal amount, SizeRates rates) => resource switch
    {
        ResourceSet.Cpu => amount * rates.UsdPerVcpuHour,
        ResourceSet.Memory => amount / GibBytes * rates.UsdPerGibHour,
        _ when resource.EndsWith(GpuSuffix, StringComparison.Ordinal) => amount * rates.UsdPerGpuHour,
        _ => 0,
    };

    private sealed record PodShare(string Namespace, decimal Usd, decimal Waste);
}
