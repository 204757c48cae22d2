using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>
/// A packet socket (packet(7)) on one interface of the namespace that the calling thread is in when it is made. Every frame comes and goes behind
/// a struct virtio_net_hdr, as otherwise checksums left to the hardware, and segments larger than the MTU, would be lost.
/// It receives nothing until <see cref="Start"/>.
/// </summary>
internal sealed class PacketSocket : IDisposable
{
    public const int VnetHeaderBytes = 10;

    /// <summary>Header and the largest segment that a veth hands over, with room for jumbo segments of IPv6.</summary>
    public const int MaxFrameBytes = 512 * 1024;

    private const int AfPacket = 17;
    private const int SockRaw = 3;
    private const int EthPAll = 3;
    private const int SolPacket = 263;
    private const int PacketVnetHdr = 15;
    private const int PacketIgnoreOutgoing = 23;
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int SoSendBufferForce = 32;
    // struct sockaddr_ll
    private const int AddressBytes = 20;
    private const int PacketTypeOffset = 10;
    private const int PacketOtherHost = 3;
    private const int MsgDontWait = 0x40;
    private const int MsgTrunc = 0x20;
    // Holds a burst of as many frames as a shield may hold, until the reader gets the processor.
    private const int BufferBytes = 64 * 1024 * 1024;

    private readonly Descriptor _socket;
    private readonly int _ifIndex;

    public PacketSocket(int ifIndex)
    {
        _ifIndex = ifIndex;
        _socket = Descriptor.Socket(AfPacket, SockRaw, 0);
        Set(SolPacket, PacketVnetHdr, 1, "PACKET_VNET_HDR");
        Set(SolPacket, PacketIgnoreOutgoing, 1, "PACKET_IGNORE_OUTGOING");
        Set(SolSocket, SoReceiveBufferForce, BufferBytes, "SO_RCVBUFFORCE");
        Set(SolSocket, SoSendBufferForce, BufferBytes, "SO_SNDBUFFORCE");
        Bind(0);
    }

    public int Number => _socket.Number;

    /// <summary>From now on what the interface receives is queued; what it sends is not.</summary>
    public void Start() => Bind(EthPAll);

    /// <summary>Takes the next frame; answers its bytes with header (more than the buffer's if it was cut), 0 for one that is for another host, or -1 if nothing is there.</summary>
    public int TryReceive(byte[] buffer)
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var addressLength = AddressBytes;
            var length = recvfrom(_socket.Number, ref buffer[0], buffer.Length, MsgDontWait | MsgTrunc, ref address[0], ref addressLength);
            if (length >= 0)
            {
                // A bridge floods what it does not know; the pod's kernel would not take it either.
                return address[PacketTypeOffset] == PacketOtherHost ? 0 : (int)length;
            }

            // The interface going down is told once, as an error; it comes up again or ends, and frames may be queued behind.
            var errno = Marshal.GetLastPInvokeError();
            if (errno is not (Errno.NetworkDown or Errno.Interrupted))
            {
                return errno == Errno.TryAgain ? -1 : throw new LinuxException($"receive from interface {_ifIndex}", errno);
            }
        }

        return -1;
    }

    /// <summary>Sends a frame with its header out of the interface; on a veth it arrives at the other end.</summary>
    public void Send(ReadOnlySpan<byte> headerAndFrame)
    {
        if (send(_socket.Number, in headerAndFrame[0], headerAndFrame.Length, 0) < 0)
        {
            throw new LinuxException($"send {headerAndFrame.Length} bytes to interface {_ifIndex}", Marshal.GetLastPInvokeError());
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Bind(ushort protocol)
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(address, AfPacket);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], protocol);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], _ifIndex);
        if (bind(_socket.Number, in address[0], (uint)address.Length) != 0)
        {
            throw new LinuxException($"bind to interface {_ifIndex}", Marshal.GetLastPInvokeError());
        }
    }

    private void Set(int level, int name, int value, string what)
    {
        if (setsockopt(_socket.Number, level, name, in value, sizeof(int)) != 0)
        {
            throw new LinuxException($"set {what} to {value} on interface {_ifIndex}", Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int bind(int descriptor, in byte address, uint length);

    [DllImport("libc", SetLastError = true)]
    private static extern nint recvfrom(int descriptor, ref byte data, nint length, int flags, ref byte address, ref int addressLength);

    [DllImport("libc", SetLastError = true)]
    private static extern nint send(int descriptor, in byte data, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int setsockopt(int descriptor, int level, int name, in int value, uint length);
}
