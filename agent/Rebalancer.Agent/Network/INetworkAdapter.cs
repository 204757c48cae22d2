using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network;

/// <summary>
/// How moving pods take their addresses along on one kind of network: one adapter for each IPAM plugin, registered in <see cref="NetworkServices"/>; NETWORKS.md says
/// what else a new one must bring. Only a target's agent asks. Safe for concurrent use.
/// </summary>
internal interface INetworkAdapter
{
    /// <summary>Who gives addresses by the node's CNI configuration: its "ipam.type", "calico-ipam"; where it has none, the first plugin's type, "cilium-cni".</summary>
    string Ipam { get; }

    /// <summary>
    /// Preflight: whether the pod's address would be its copy's on this node, from the moment that the sandbox is made, while packets for it still go to the source
    /// until the commit. Changes nothing. What is found out only later costs some pods their memory, so whatever is not known to be so is refused.
    /// </summary>
    /// <param name="migration">The source's agent may have described the pod (status.source.address).</param>
    /// <param name="cancellation">Ends reads and waits.</param>
    /// <exception cref="Preflight.MoveException">NetworkUnsupported, AddressLost; the message names all that stands in the way.</exception>
    Task RequireAsync(Migration migration, CancellationToken cancellation);

    /// <summary>
    /// After the commit, never before: makes the claimed pod the address's owner, by compare-and-set. Idempotent, also after a crash in the middle of it, and once the
    /// address is another's by a later move, it stays that one's. The end of the source's sandbox must not free the address after this. Throws while the API is away.
    /// </summary>
    Task HandOverAsync(Migration migration, CancellationToken cancellation);
}
