using k8s.Models;
using Rebalancer.Ledger.Entries;
using Rebalancer.Model;

namespace Rebalancer.Ledger.Reading;

/// <summary>A node as an entry.</summary>
public static class NodeReading
{
    /// <param name="info">The same node, as decisions see it.</param>
    /// <param name="at">When it was looked at.</param>
    /// <param name="gone">It is gone by then.</param>
    public static NodeEntry Of(V1Node node, NodeInfo info, DateTimeOffset at, bool gone) => new()
    {
        Uid = node.Metadata.Uid,
        Name = info.Name,
        Version = Versions.Of(node.Metadata.ResourceVersion),
        ProviderId = node.Spec?.ProviderID ?? "",
        InstanceType = info.Machine.InstanceType,
        Region = info.Machine.Region,
        Zone = info.Machine.Zone,
        Capacity = info.Machine.Capacity.ToString(),
        CreatedAt = Exact.Instant(info.CreatedAt ?? at),
        SeenAt = Exact.Instant(at),
        GoneAt = gone ? Exact.Instant(at) : null,
    };
}
