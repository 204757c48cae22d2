using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Which nodes share a domain of a topology key. Nodes without the label are in none, as in kube-scheduler.</summary>
internal sealed class TopologyTable(IReadOnlyList<NodeInfo> nodes)
{
    public const int NoDomain = -1;

    private readonly Dictionary<string, Domains> byKey = new(StringComparer.Ordinal);

    public Domains Of(string key)
    {
        if (!byKey.TryGetValue(key, out var domains))
        {
            domains = Number(n => nodes[n].Labels.GetValueOrDefault(key));
            byKey[key] = domains;
        }

        return domains;
    }

    /// <summary>The domains of a key, of the nodes that count only.</summary>
    public Domains Of(string key, Func<int, bool> counts) => Number(n => counts(n) ? nodes[n].Labels.GetValueOrDefault(key) : null);

    private Domains Number(Func<int, string?> valueOf)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var domainOfNode = new int[nodes.Count];
        for (var n = 0; n < domainOfNode.Length; n++)
        {
            domainOfNode[n] = valueOf(n) is not { } value ? NoDomain : ids.TryGetValue(value, out var id) ? id : ids[value] = ids.Count;
        }

        return new Domains(domainOfNode, ids.Count);
    }

    internal sealed record Domains(int[] OfNode, int Count);
}
