namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Which domains of a spread exist: those with an active node. Shared by all counters over the same nodes, so that a node that appears or goes costs the same
/// however many workloads are spread over it.
/// </summary>
internal sealed class ActiveDomains(TopologyTable.Domains domains)
{
    private readonly int[] activeNodes = new int[domains.Count];

    /// <summary>Pods of all counters in each domain.</summary>
    private readonly int[] pods = new int[domains.Count];
    private readonly List<SpreadCounter> counters = [];

    /// <summary>Domains that exist.</summary>
    public int Count { get; private set; }

    public int DomainCount => domains.Count;

    public int DomainOf(int node) => domains.OfNode[node];

    public bool Exists(int domain) => activeNodes[domain] > 0;

    public void Add(SpreadCounter counter) => counters.Add(counter);

    public void Counted(int domain, int change) => pods[domain] += change;

    public void SetActive(int node, bool active)
    {
        var domain = domains.OfNode[node];
        if (domain < 0)
        {
            return;
        }

        activeNodes[domain] += active ? 1 : -1;
        var appears = active && activeNodes[domain] == 1;
        if (!appears && (active || activeNodes[domain] != 0))
        {
            return;
        }

        Count += appears ? 1 : -1;
        if (pods[domain] != 0)
        {
            counters.ForEach(c => c.SetExists(domain, appears));
        }
    }
}
