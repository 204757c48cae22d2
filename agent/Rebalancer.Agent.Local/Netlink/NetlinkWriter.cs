using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>Lays netlink messages one behind the other into a buffer (linux/netlink.h): lengths are filled in when a message or nest ends.</summary>
public sealed class NetlinkWriter
{
    private const int MaxBytes = 4096;
    private const int NestedFlag = 0x8000;

    private readonly byte[] _buffer = new byte[MaxBytes];
    private int _length;
    private int _messageStart;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Starts struct nlmsghdr; the body follows by <see cref="Bytes"/> and attributes.</summary>
    public NetlinkWriter Begin(int type, int flags, uint sequence)
    {
        _messageStart = _length;
        U32(0);
        U16((ushort)type);
        U16((ushort)flags);
        U32(sequence);
        U32(0);
        return this;
    }

    public NetlinkWriter End()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_messageStart), (uint)(_length - _messageStart));
        return this;
    }

    public NetlinkWriter Bytes(ReadOnlySpan<byte> data)
    {
        data.CopyTo(_buffer.AsSpan(_length));
        _length += data.Length;
        return this;
    }

    public NetlinkWriter Attribute(int type, ReadOnlySpan<byte> value)
    {
        U16((ushort)(4 + value.Length));
        U16((ushort)type);
        Bytes(value);
        _length = (_length + 3) & ~3;
        return this;
    }

    public NetlinkWriter Text(int type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>nf_tables has its numbers in network order.</summary>
    public NetlinkWriter BigEndian(int type, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return Attribute(type, bytes);
    }

    public NetlinkWriter Nest(int type, Action<NetlinkWriter> content)
    {
        var start = _length;
        U16(0);
        U16((ushort)(type | NestedFlag));
        content(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    private void U16(ushort value)
    {
        MemoryMarshal.Write(_buffer.AsSpan(_length), in value);
        _length += 2;
    }

    private void U32(uint value)
    {
        MemoryMarshal.Write(_buffer.AsSpan(_length), in value);
        _length += 4;
    }
}
