using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Accounting;

/// <summary>What every node cost, at every instant that is known.</summary>
internal sealed class PriceHistory
{
    private readonly Dictionary<string, PriceEntry[]> byNode;

    public PriceHistory(IEnumerable<PriceEntry> prices)
        => byNode = prices.GroupBy(p => p.NodeUid, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.OrderBy(p => p.At).ToArray(), StringComparer.Ordinal);

    /// <summary>Null: it was not known then.</summary>
    public PriceEntry? At(string nodeUid, DateTimeOffset at) => byNode.GetValueOrDefault(nodeUid)?.LastOrDefault(p => p.At <= at);

    /// <summary>Parts of a period in each of which one price held. What lies before the first one is left out: nothing is known of it.</summary>
    public IEnumerable<(Period Part, PriceEntry Price)> Over(string nodeUid, Period period)
    {
        var prices = byNode.GetValueOrDefault(nodeUid) ?? [];
        for (var i = 0; i < prices.Length; i++)
        {
            var until = i + 1 < prices.Length ? prices[i + 1].At : DateTimeOffset.MaxValue;
            if (new Period(prices[i].At, until).Within(period) is { IsEmpty: false } part)
            {
                yield return (part, prices[i]);
            }
        }
    }
}
