using System.Threading.Channels;

namespace Rebalancer.Agent.Network;

/// <summary>
/// Drops what goes in and out of one pod's interface, and holds what arrives. Calls are synchronous since each is a few netlink messages.
/// Disposing frees sockets and buffers and leaves the namespace as it is: a closed shield stays closed.
/// </summary>
internal interface IPodShield : IAsyncDisposable
{
    /// <summary>Both directions drop, and what arrives is held from now on, bounded in bytes and age. Idempotent.</summary>
    void Close();

    /// <summary>The first half of <see cref="Close"/>: what arrives drops and is held, what the pod sends still leaves. Idempotent.</summary>
    void CloseIngress();

    /// <summary>Frames in the order of their arrival since the ingress was closed. Completed by <see cref="OpenIngress"/> and by disposing.</summary>
    ChannelReader<HeldFrame> Held { get; }

    /// <summary>Lets the pod send. Idempotent.</summary>
    void OpenEgress();

    /// <summary>Gratuitous ARP from the pod's interface: the address is here now. Needs an open egress.</summary>
    void Announce();

    /// <summary>Lets frames in and ends the holding; the table is gone soon afterwards if egress is open too. Idempotent.</summary>
    void OpenIngress();

    /// <summary>
    /// Sends frames towards the pod, as if they arrived now, and then those in <see cref="Held"/> that nobody has read. Needs an open ingress.
    /// Frames older than the limit are left out. Returns how many were sent.
    /// </summary>
    int Replay(IEnumerable<HeldFrame> frames);
}

/// <param name="VnetHdr">struct virtio_net_hdr: checksum and segmentation state.</param>
/// <param name="Frame">Ethernet frame.</param>
internal readonly record struct HeldFrame(ReadOnlyMemory<byte> VnetHdr, ReadOnlyMemory<byte> Frame)
{
    /// <summary>Monotonic timestamp of the TimeProvider when it was held on this node; 0 for a frame that came from another node, which has no age here.</summary>
    public long HeldAt { get; init; }
}
