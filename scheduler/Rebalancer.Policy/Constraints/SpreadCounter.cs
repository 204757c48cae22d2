namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Pods in each eligible domain, with the least count at hand: how many domains have how many pods is counted along. Nodes that do not exist yet, or no
/// more, are inactive; a domain exists while one of its nodes is active.
/// </summary>
internal sealed class SpreadCounter(TopologyTable.Domains domains)
{
    private readonly int[] counts = new int[domains.Count];
    private readonly int[] activeNodes = new int[domains.Count];
    private readonly List<int> domainsWithCount = [0];
    private int least;

    public int ActiveDomains { get; private set; }

    public int DomainOf(int node) => domains.OfNode[node];

    public int At(int node) => domains.OfNode[node] is var domain and >= 0 ? counts[domain] : 0;

    /// <summary>The least count of any domain; 0 where there are fewer domains than asked for.</summary>
    public int Least(int minDomains)
    {
        if (ActiveDomains < minDomains || ActiveDomains == 0)
        {
            return 0;
        }

        while (least < domainsWithCount.Count - 1 && domainsWithCount[least] == 0)
        {
            least++;
        }

        return least;
    }

    public void Add(int node, int change)
    {
        var domain = domains.OfNode[node];
        if (domain < 0)
        {
            return;
        }

        if (activeNodes[domain] > 0)
        {
            Recount(counts[domain], -1);
            Recount(counts[domain] + change, 1);
        }

        counts[domain] += change;
    }

    public void SetActive(int node, bool active)
    {
        var domain = domains.OfNode[node];
        if (domain < 0)
        {
            return;
        }

        activeNodes[domain] += active ? 1 : -1;
        var appears = active && activeNodes[domain] == 1;
        if (appears || (!active && activeNodes[domain] == 0))
        {
            ActiveDomains += appears ? 1 : -1;
            Recount(counts[domain], appears ? 1 : -1);
        }
    }

    private void Recount(int count, int change)
    {
        while (domainsWithCount.Count <= count)
        {
            domainsWithCount.Add(0);
        }

        domainsWithCount[count] += change;
        least = change > 0 ? Math.Min(least, count) : least;
    }
}
