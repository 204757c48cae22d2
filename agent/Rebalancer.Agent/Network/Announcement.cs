using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Rebalancer.Agent.Network;

/// <summary>Frames that tell everybody on the link where an address is now: gratuitous ARP (RFC 5227 section 3) and unsolicited neighbour advertisement (RFC 4861 section 7.2.6).</summary>
internal static class Announcement
{
    private const int EthernetBytes = 14;
    private const int IPv6Bytes = 40;
    private const int AdvertisementBytes = 32;

    public static byte[] Of(IPAddress address, PhysicalAddress mac) =>
        address.AddressFamily == AddressFamily.InterNetwork ? Arp(address, mac, address) : Advertisement(address, mac);

    /// <summary>An ARP request (RFC 826); with the asker's own address as the one that is asked for, an announcement.</summary>
    public static byte[] Arp(IPAddress address, PhysicalAddress mac, IPAddress asked)
    {
        var frame = Ethernet([0xff, 0xff, 0xff, 0xff, 0xff, 0xff], mac, 0x0806, 28);
        var arp = frame.AsSpan(EthernetBytes);
        ReadOnlySpan<byte> request = [0, 1, 8, 0, 6, 4, 0, 1];
        request.CopyTo(arp);
        mac.GetAddressBytes().CopyTo(arp[8..]);
        address.GetAddressBytes().CopyTo(arp[14..]);
        asked.GetAddressBytes().CopyTo(arp[24..]);
        return frame;
    }

    private static byte[] Advertisement(IPAddress address, PhysicalAddress mac)
    {
        var allNodes = IPAddress.Parse("ff02::1").GetAddressBytes();
        var frame = Ethernet([0x33, 0x33, 0, 0, 0, 1], mac, 0x86dd, IPv6Bytes + AdvertisementBytes);
        var ip = frame.AsSpan(EthernetBytes);
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], AdvertisementBytes);
        ip[6] = 58;
        ip[7] = 255;
        address.GetAddressBytes().CopyTo(ip[8..]);
        allNodes.CopyTo(ip[24..]);

        var icmp = ip[IPv6Bytes..];
        icmp[0] = 136;
        icmp[4] = 0x20; // Override what the neighbours believe.
        address.GetAddressBytes().CopyTo(icmp[8..]);
        icmp[24] = 2;
        icmp[25] = 1;
        mac.GetAddressBytes().CopyTo(icmp[26..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], Checksum(ip[8..IPv6Bytes], icmp));
        return frame;
    }

    private static byte[] Ethernet(ReadOnlySpan<byte> destination, PhysicalAddress source, ushort type, int payloadBytes)
    {
        var frame = new byte[EthernetBytes + payloadBytes];
        destination.CopyTo(frame);
        source.GetAddressBytes().CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        return frame;
    }

    private static ushort Checksum(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> icmp)
    {
        var sum = 58u + (uint)icmp.Length;
        for (var i = 0; i < addresses.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(addresses[i..]);
        }

        for (var i = 0; i < icmp.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(icmp[i..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }
}
