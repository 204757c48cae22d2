using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network;

/// <summary>What a move needs of this node's network. One per agent; safe for concurrent use.</summary>
internal interface INodeNetwork
{
    /// <summary>Address, MAC and interface of the pod that the process belongs to. Changes nothing.</summary>
    /// <exception cref="NetworkUnsupportedException">The pod's network cannot move with it: several interfaces, no IPv4 address of ours, no host-side peer.</exception>
    Task<PodNetwork> DescribeAsync(int initPid, CancellationToken cancellation);

    /// <summary>
    /// The one shield of this network namespace, made at the first call (nothing is closed by that), found again afterwards:
    /// on the target the one that cni-add closed. After an agent's restart it takes the state that the namespace has (a table that is there means closed).
    /// </summary>
    /// <param name="netnsPath">/run/netns/... or /proc/PID/ns/net.</param>
    /// <param name="ifName">Interface in that namespace, "eth0".</param>
    /// <exception cref="NetworkUnsupportedException">Namespace or interface is gone, or is no veth of this node; or the kernel lacks nf_tables.</exception>
    IPodShield Shield(string netnsPath, string ifName);

    /// <summary>
    /// Answers cni-add, cni-del and cni-check. For a pod with a claim (asked of <see cref="Moves.IClaims"/>) cni-add closes the shield of the
    /// namespace, sets the source's MAC and answers the source's address.
    /// </summary>
    Task<LocalReply> CniAsync(LocalRequest request, CancellationToken cancellation);

    /// <summary>Takes every TCP socket of these (frozen) processes out of TCP_REPAIR, where a CRIU killed in mid-dump left them. Returns how many were in it.</summary>
    int UndoTcpRepair(IReadOnlyCollection<int> pids);
}

/// <param name="AddressCidr">IPv4 address with prefix length, "10.88.1.4/16".</param>
/// <param name="Mac">"0a:58:0a:58:01:04".</param>
/// <param name="IfName">Interface in the pod, "eth0".</param>
/// <param name="NetnsPath">A path that names the namespace as long as the pod lives.</param>
/// <param name="HostIfIndex">Interface index of the veth's node side.</param>
internal sealed record PodNetwork(string AddressCidr, string Mac, string IfName, string NetnsPath, int HostIfIndex);

/// <summary>The pod's network cannot be moved; the message names what was found.</summary>
internal sealed class NetworkUnsupportedException(string message, Exception? inner = null) : Exception(message, inner);
