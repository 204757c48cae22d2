using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>Which nodes save nothing when they go, because a commitment pays for them anyway.</summary>
public static class Commitments
{
    /// <summary>
    /// Any nodes that match could be the covered ones. The fullest are taken, since they are the ones that will stay: a saving begins with the first node
    /// beyond the commitment.
    /// </summary>
    /// <param name="use">Requested share of a node, 0 to 1.</param>
    public static HashSet<string> Covered(IEnumerable<Commitment> commitments, IReadOnlyCollection<NodeInfo> nodes, Func<NodeInfo, double> use)
    {
        var covered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var commitment in commitments)
        {
            var matching = nodes.Where(n => commitment.Where.Matches(n) && !covered.Contains(n.Name)).OrderByDescending(use).ThenBy(n => n.Name, StringComparer.Ordinal);
            covered.UnionWith(matching.Take(commitment.Nodes).Select(n => n.Name).ToList());
        }

        return covered;
    }
}
