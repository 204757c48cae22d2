namespace Rebalancer.Policy.Constraints;

/// <summary>Pods of one kind in each domain of a topology key.</summary>
internal sealed class DomainCounter(TopologyTable.Domains domains)
{
    private readonly int[] counts = new int[domains.Count];

    /// <summary>Pods in all domains; those on nodes without the label count nowhere.</summary>
    public int Total { get; private set; }

    public int DomainOf(int node) => domains.OfNode[node];

    /// <summary>Pods in the node's domain; 0 where it is in none.</summary>
    public int At(int node) => domains.OfNode[node] is var domain and >= 0 ? counts[domain] : 0;

    public void Add(int node, int change)
    {
        if (domains.OfNode[node] is var domain and >= 0)
        {
            counts[domain] += change;
            Total += change;
        }
    }
}
