using System.Buffers.Binary;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>Pages of one process, in one block of addresses.</summary>
/// <param name="Pid">As its images name it.</param>
/// <param name="Region">The block's place in the store (<see cref="PageIndex"/>); 0 where only the addresses matter.</param>
internal readonly record struct LatePages(int Pid, uint Region, PageRange Range)
{
    /// <summary>Little endian: pid (i32), region (u32), start (u64), end (u64). So in the files and on the socket.</summary>
    public const int Bytes = 24;

    public static LatePages Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadInt32LittleEndian(from),
        BinaryPrimitives.ReadUInt32LittleEndian(from[4..]),
        new PageRange(BinaryPrimitives.ReadUInt64LittleEndian(from[8..]), BinaryPrimitives.ReadUInt64LittleEndian(from[16..])));

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, Pid);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Region);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Range.Start);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], Range.End);
    }
}
