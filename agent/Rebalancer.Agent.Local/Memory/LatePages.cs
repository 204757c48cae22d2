using System.Buffers.Binary;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>Pages of one process, in one block of addresses.</summary>
/// <param name="Pid">As its images name it.</param>
/// <param name="Region">The block's place in the store (<see cref="PageIndex"/>); 0 where only the addresses matter.</param>
internal readonly record struct LatePages(int Pid, uint Region, PageRange Range)
{
    /// <summary>Little endian: pid (i32), region (u32), start (u64), end (u64). So in the files and on the socket.</summary>
    public const int Bytes = 24;

    /// <summary>Whole entries; a last one that is not there to its end does not count.</summary>
    /// <exception cref="InvalidDataException">An entry that is no pages of one block.</exception>
    public static LatePages[] ReadAll(ReadOnlySpan<byte> from)
    {
        var all = new LatePages[from.Length / Bytes];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = Read(from[(i * Bytes)..]);
            if (!all[i].IsInOneBlock) { throw new InvalidDataException($"late pages from {all[i].Range.Start:x} to {all[i].Range.End:x} are none of one block"); }
        }
        return all;
    }

    /// <summary>Whole pages, and at least one.</summary>
    private bool IsInOneBlock => Range.Start < Range.End && Range.Start % PageRange.PageBytes == 0 && Range.End % PageRange.PageBytes == 0 && Range.Start >> PageSet.BlockShift == (Range.End - 1) >> PageSet.BlockShift;

    public static byte[] ToBytes(IReadOnlyList<LatePages> all)
    {
        var bytes = new byte[all.Count * Bytes];
        for (var i = 0; i < all.Count; i++) { all[i].Write(bytes.AsSpan(i * Bytes)); }
        return bytes;
    }

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
