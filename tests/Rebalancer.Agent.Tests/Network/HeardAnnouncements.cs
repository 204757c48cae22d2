using System.Net;
using System.Net.NetworkInformation;
using Rebalancer.Agent.Network;

namespace Rebalancer.Agent.Tests.Network;

/// <summary>Counts the announcements of an address that a neighbour's interface has received, and checks each.</summary>
internal sealed class HeardAnnouncements(PacketSocket ear, IPAddress address, string mac)
{
    private readonly byte[] _buffer = new byte[2048];
    private readonly byte[] _mac = PhysicalAddress.Parse(mac).GetAddressBytes();
    private int _arp;
    private int _advertisements;

    public (int Arp, int Advertisements) Count()
    {
        for (var length = ear.TryReceive(_buffer); length >= 0; length = ear.TryReceive(_buffer))
        {
            Take(_buffer.AsSpan(0, length)[PacketSocket.VnetHeaderBytes..]);
        }

        return (_arp, _advertisements);
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var isFromPod = frame[6..12].SequenceEqual(_mac);
        if (isFromPod && frame[12] == 8 && frame[13] == 6 && frame[38..42].SequenceEqual(address.GetAddressBytes()))
        {
            Assert.True(frame[28..32].SequenceEqual(address.GetAddressBytes()), "sender and target address differ");
            Assert.True(frame[22..28].SequenceEqual(_mac), "the sender's hardware address is another");
            _arp++;
        }

        // An unsolicited advertisement to all nodes, with the pod's link-layer address as its option.
        if (isFromPod && frame[12] == 0x86 && frame[13] == 0xdd && frame[20] == 58 && frame[54] == 136 && frame[38] == 0xff && frame[62] == 0xfd)
        {
            Assert.True(frame[80..86].SequenceEqual(_mac), "the target's link-layer address is another");
            _advertisements++;
        }
    }
}
