using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>Asks rtnetlink (rtnetlink(7)) about the namespace its socket was made in, and sets a MAC there.</summary>
internal sealed class PodLinks : IDisposable
{
    private const int NewLink = 16;
    private const int SetLink = 19;
    private const int GetLink = 18;
    private const int GetAddress = 22;
    private const int GetNeighbour = 30;
    private const int LinkHeaderBytes = 16;
    private const int AddressHeaderBytes = 8;
    private const int NeighbourHeaderBytes = 12;
    private const int FlagUp = 1;
    private const int FlagLoopback = 8;
    private const int AttributeMac = 1;
    private const int AttributeName = 3;
    private const int AttributePeer = 5;
    private const int AttributeInfo = 18;
    private const int InfoKind = 1;
    private const int InfoData = 2;
    private const int VethPeer = 1;
    private const int AddressAddress = 1;
    private const int AddressLocal = 2;
    private const int NeighbourAddress = 1;
    private const int Incomplete = 0x01;

    private readonly NetlinkSocket _socket = new(NetlinkSocket.Route);
    private uint _sequence;

    public IReadOnlyList<PodLink> Links()
    {
        var links = new List<PodLink>();
        _socket.Query(Request(GetLink, LinkHeaderBytes, NetlinkSocket.Dump), "list interfaces", (_, body) => links.Add(ReadLink(body)));
        return links;
    }

    public IReadOnlyList<PodLinkAddress> Addresses()
    {
        var addresses = new List<PodLinkAddress>();
        _socket.Query(Request(GetAddress, AddressHeaderBytes, NetlinkSocket.Dump), "list addresses", (_, body) =>
        {
            var attributes = body[AddressHeaderBytes..];
            var local = NetlinkReader.Find(attributes, AddressLocal);
            var value = local.Length > 0 ? local : NetlinkReader.Find(attributes, AddressAddress);
            if (value.Length is 4 or 16)
            {
                addresses.Add(new PodLinkAddress(BinaryPrimitives.ReadInt32LittleEndian(body[4..]), new IPAddress(value), body[1], IsGlobal: body[3] == 0));
            }
        });
        return addresses;
    }

    /// <summary>Addresses on this interface's link that the kernel has asked for and heard nothing of. It asks again only after a second.</summary>
    public IReadOnlyList<IPAddress> PendingNeighbours(int ifIndex)
    {
        var pending = new List<IPAddress>();
        _socket.Query(Request(GetNeighbour, NeighbourHeaderBytes, NetlinkSocket.Dump), "list neighbours", (_, body) =>
        {
            var address = NetlinkReader.Find(body[NeighbourHeaderBytes..], NeighbourAddress);
            var state = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
            if (BinaryPrimitives.ReadInt32LittleEndian(body[4..]) == ifIndex && (state & Incomplete) != 0 && address.Length is 4 or 16)
            {
                pending.Add(new IPAddress(address));
            }
        });
        return pending;
    }

    public void SetMac(int ifIndex, PhysicalAddress mac)
    {
        Span<byte> header = stackalloc byte[LinkHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], ifIndex);
        var request = new NetlinkWriter().Begin(SetLink, NetlinkSocket.Request | NetlinkSocket.Ack, ++_sequence)
            .Bytes(header).Attribute(AttributeMac, mac.GetAddressBytes()).End();
        _socket.Execute(request, 1, $"set MAC {mac} on interface {ifIndex}");
    }

    public void SetUp(int ifIndex)
    {
        Span<byte> header = stackalloc byte[LinkHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], ifIndex);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], FlagUp);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], FlagUp);
        var request = new NetlinkWriter().Begin(SetLink, NetlinkSocket.Request | NetlinkSocket.Ack, ++_sequence).Bytes(header).End();
        _socket.Execute(request, 1, $"set interface {ifIndex} up");
    }

    /// <summary>Makes a veth with both ends in this namespace.</summary>
    public void AddVeth(string name, string peer)
    {
        var header = new byte[LinkHeaderBytes];
        var request = new NetlinkWriter().Begin(NewLink, NetlinkSocket.Request | NetlinkSocket.Ack | NetlinkSocket.Create, ++_sequence)
            .Bytes(header)
            .Text(AttributeName, name)
            .Nest(AttributeInfo, info => info
                .Text(InfoKind, "veth")
                .Nest(InfoData, data => data.Nest(VethPeer, p => p.Bytes(header).Text(AttributeName, peer))))
            .End();
        _socket.Execute(request, 1, $"make veth '{name}' and '{peer}'");
    }

    public void Dispose() => _socket.Dispose();

    private NetlinkWriter Request(int type, int headerBytes, int flags) =>
        new NetlinkWriter().Begin(type, NetlinkSocket.Request | flags, ++_sequence).Bytes(new byte[headerBytes]).End();

    private static PodLink ReadLink(ReadOnlySpan<byte> body)
    {
        var attributes = body[LinkHeaderBytes..];
        var flags = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
        return new PodLink(
            BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
            NetlinkReader.Text(attributes, AttributeName),
            new PhysicalAddress(NetlinkReader.Find(attributes, AttributeMac).ToArray()),
            (flags & FlagUp) != 0,
            (flags & FlagLoopback) != 0,
            (int)(NetlinkReader.Number(attributes, AttributePeer) ?? 0),
            NetlinkReader.Text(NetlinkReader.Find(attributes, AttributeInfo), InfoKind));
    }
}
