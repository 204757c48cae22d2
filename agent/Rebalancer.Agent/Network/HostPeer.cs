using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>Finds the node's end of a pod's veth.</summary>
internal static class HostPeer
{
    /// <param name="link">The pod's interface.</param>
    /// <param name="hostNetns">Namespace that the other end must be in: the agent's own.</param>
    /// <exception cref="NetworkUnsupportedException">The interface is no veth, or its other end is elsewhere.</exception>
    public static int IndexOf(PodLink link, string hostNetns)
    {
        if (link.Kind != "veth")
        {
            throw new NetworkUnsupportedException($"interface '{link.Name}' of the pod is of kind '{link.Kind}'; only a veth has a node side where held frames can be replayed");
        }

        // Both ends name each other; an index alone could belong to any interface of this node.
        var peer = NetNamespace.Run(hostNetns, () =>
        {
            using var links = new PodLinks();
            return links.Links().FirstOrDefault(l => l.Index == link.Peer);
        });
        return peer is { Kind: "veth" } && peer.Peer == link.Index
            ? peer.Index
            : throw new NetworkUnsupportedException(
                $"interface '{link.Name}' of the pod has its other end at index {link.Peer}, which in the node's network is {(peer is null ? "missing" : $"'{peer.Name}' of kind '{peer.Kind}'")}");
    }
}
