using Rebalancer.Model;

namespace Rebalancer.Planning;

/// <summary>What every node holds: its pods, the reservations of running moves, and what this choice has given away so far.</summary>
internal sealed class NodeRoom
{
    private readonly Dictionary<string, NodeInfo> nodes;
    private readonly Dictionary<string, Held> held;

    public NodeRoom(ClusterSnapshot snapshot)
    {
        nodes = snapshot.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        held = nodes.Keys.ToDictionary(n => n, _ => new Held(), StringComparer.Ordinal);
        foreach (var pod in snapshot.Pods.Where(p => !p.Finished && p.NodeName.Length > 0))
        {
            Take(pod.NodeName, pod);
        }

        foreach (var reservation in snapshot.Reservations)
        {
            Take(reservation.Node, reservation.Pod);
        }
    }

    public void Take(string node, PodInfo pod)
    {
        if (held.TryGetValue(node, out var on))
        {
            on.Pods.Add(pod);
            on.Requests += pod.Requests;
        }
    }

    public ResourceSet Free(NodeInfo node) => node.Allocatable - held[node.Name].Requests;

    public int PodCount(NodeInfo node) => held[node.Name].Pods.Count;

    /// <summary>Pods in the same topology domain as the node; none if the node lacks the key.</summary>
    public IEnumerable<PodInfo> PodsInDomain(NodeInfo node, string topologyKey)
        => Domain(node, topologyKey) is not { } domain
            ? []
            : nodes.Values.Where(other => Domain(other, topologyKey) == domain).SelectMany(other => held[other.Name].Pods);

    public IEnumerable<(PodInfo Pod, NodeInfo Node)> AllPods() => held.SelectMany(h => h.Value.Pods.Select(p => (p, nodes[h.Key])));

    /// <summary>A node without a hostname label is its own host.</summary>
    public static string? Domain(NodeInfo node, string topologyKey)
        => node.Labels.GetValueOrDefault(topologyKey) ?? (topologyKey == "kubernetes.io/hostname" ? node.Name : null);

    private sealed class Held
    {
        public List<PodInfo> Pods { get; } = [];
        public ResourceSet Requests { get; set; } = ResourceSet.Empty;
    }
}
