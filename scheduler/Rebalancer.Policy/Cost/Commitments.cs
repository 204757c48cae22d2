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
        => Covering(commitments, nodes, use).Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>The same, with the index of the commitment that covers each node.</summary>
    public static Dictionary<string, int> Covering(IEnumerable<Commitment> commitments, IReadOnlyCollection<NodeInfo> nodes, Func<NodeInfo, double> use)
    {
        var covering = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, commitment) in commitments.Index())
        {
            var matching = nodes.Where(n => commitment.Where.Matches(n) && !covering.ContainsKey(n.Name)).OrderByDescending(use).ThenBy(n => n.Name, StringComparer.Ordinal);
            foreach (var node in matching.Take(commitment.Nodes).ToList())
            {
                covering[node.Name] = index;
            }
        }

        return covering;
    }
}
