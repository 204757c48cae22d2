namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Pods in each eligible domain, with the least count at hand: how many domains have how many pods is counted along, except for domains without any. Nodes that
/// do not exist yet, or no more, are inactive; a domain exists while one of its nodes is active.
/// </summary>
internal sealed class SpreadCounter
{
    private readonly ActiveDomains domains;
    private readonly int[] counts;
    private readonly List<int> domainsWithCount = [0];
    private int filled;
    private int least = 1;

    public SpreadCounter(ActiveDomains domains)
    {
        this.domains = domains;
        counts = new int[domains.DomainCount];
        domains.Add(this);
    }

    public int DomainOf(int node) => domains.DomainOf(node);

    public int At(int node) => domains.DomainOf(node) is var domain and >= 0 ? counts[domain] : 0;

    /// <summary>The least count of any domain; 0 where there are fewer domains than asked for.</summary>
    public int Least(int minDomains)
    {
        if (filled < domains.Count || domains.Count < minDomains || domains.Count == 0)
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
        var domain = domains.DomainOf(node);
        if (domain < 0)
        {
            return;
        }

        if (domains.Exists(domain))
        {
            Recount(counts[domain], -1);
            Recount(counts[domain] + change, 1);
        }

        counts[domain] += change;
        domains.Counted(domain, change);
    }

    /// <summary>The domain appears, or goes.</summary>
    public void SetExists(int domain, bool exists) => Recount(counts[domain], exists ? 1 : -1);

    private void Recount(int count, int change)
    {
        if (count <= 0)
        {
            return;
        }

        while (domainsWithCount.Count <= count)
        {
            domainsWithCount.Add(0);
        }

        domainsWithCount[count] += change;
        filled += change;
        least = change > 0 ? Math.Min(least, count) : least;
    }
}
