using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Ports of each node that pods hold.</summary>
internal sealed class PortState(int nodes)
{
    private readonly List<HostPort>?[] held = new List<HostPort>?[nodes];

    public bool Fits(ImmutableArray<HostPort> ports, int node)
        => held[node] is not { } taken || !ports.Any(p => taken.Exists(p.Conflicts));

    public void Change(ImmutableArray<HostPort> ports, int node, int change)
    {
        foreach (var port in ports)
        {
            var taken = held[node] ??= [];
            if (change > 0) { taken.Add(port); }
            else { taken.Remove(port); }
        }
    }
}
