using System.Buffers.Binary;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Runtime.Pages;

internal enum FaultKind : byte
{
    None = 0,
    PageFault = 0x12,
    Fork = 0x13,
    Remap = 0x14,
    Remove = 0x15,
    Unmap = 0x16,
}

/// <summary>struct uffd_msg: what happened to memory that is registered with a userfaultfd. The meaning of the numbers depends on the kind.</summary>
internal readonly record struct FaultEvent(FaultKind Kind, ulong First, ulong Second, ulong Third)
{
    private const int MessageBytes = 32;

    /// <returns>Kind None: there is no event now.</returns>
    public static FaultEvent Read(int descriptor)
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        return SystemCalls.Read(descriptor, ref message[0], MessageBytes) == MessageBytes ? Parse(message) : default;
    }

    /// <summary>PageFault: flags, address. Fork: the child's descriptor. Remap: from, to, length. Remove and Unmap: start, end.</summary>
    public static FaultEvent Parse(ReadOnlySpan<byte> message) => new(
        (FaultKind)message[0],
        BinaryPrimitives.ReadUInt64LittleEndian(message[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(message[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(message[24..]));
}
