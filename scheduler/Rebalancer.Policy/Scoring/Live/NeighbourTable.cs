using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>
/// Placed pods, counted by node for each set of labels that occurs: a wish for neighbours is compared with each set instead of with each pod. Persistent,
/// so that a snapshot costs nothing.
/// </summary>
internal sealed record NeighbourTable(ImmutableDictionary<string, NeighbourClass> Classes)
{
    public static readonly NeighbourTable Empty = new(ImmutableDictionary.Create<string, NeighbourClass>(StringComparer.Ordinal));

    public static string KeyOf(PodInfo pod) => ConstraintKeys.OfLabels(pod);

    public NeighbourTable Change(string key, PodInfo pod, string node, int change)
    {
        var known = Classes.TryGetValue(key, out var found) ? found : NeighbourClass.Of(pod);
        var count = known.ByNode.GetValueOrDefault(node) + change;
        var byNode = count > 0 ? known.ByNode.SetItem(node, count) : known.ByNode.Remove(node);
        return new NeighbourTable(byNode.IsEmpty ? Classes.Remove(key) : Classes.SetItem(key, known with { ByNode = byNode }));
    }

    public NeighbourTable Remove(string key, string node)
        => Classes.TryGetValue(key, out var known) ? Change(key, known.Example, node, -1) : this;

    /// <summary>Pods that the term is about, by the value of its topology key on their nodes.</summary>
    /// <param name="self">The pod that asks: it is no neighbour of itself.</param>
    public Dictionary<string, int> ByDomain(PodTerm term, LiveIndex index, (PodInfo Pod, string Node)? self)
    {
        var domains = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (_, known) in Classes)
        {
            if (term.Matches(known.Example))
            {
                foreach (var (node, count) in known.ByNode)
                {
                    Add(domains, term, index, node, count);
                }
            }
        }

        if (self is { } own && term.Matches(own.Pod))
        {
            Add(domains, term, index, own.Node, -1);
        }

        return domains;
    }

    private static void Add(Dictionary<string, int> domains, PodTerm term, LiveIndex index, string node, int count)
    {
        if (index.Find(node) is { } at && at.Info.Labels.GetValueOrDefault(term.TopologyKey) is { } domain)
        {
            domains[domain] = domains.GetValueOrDefault(domain) + count;
        }
    }
}

/// <param name="Example">A pod with these labels, of which nothing else is known.</param>
/// <param name="ByNode">How many of them run on each node.</param>
internal sealed record NeighbourClass(PodInfo Example, ImmutableDictionary<string, int> ByNode)
{
    public static NeighbourClass Of(PodInfo pod)
        => new(new PodInfo { Namespace = pod.Namespace, Name = "", Labels = pod.Labels }, ImmutableDictionary.Create<string, int>(StringComparer.Ordinal));
}
