using System.Buffers.Binary;
using System.Globalization;

namespace Rebalancer.Agent.Files.Native;

/// <summary>What kind of file a mode names.</summary>
internal enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Symlink = 0xA000,
    Socket = 0xC000,
}

/// <summary>lstat of one file: times in seconds and nanoseconds since 1970.</summary>
internal readonly record struct FileFacts(
    ushort Mode, uint Links, uint User, uint Group, ulong Inode, long Size, long Blocks, ulong Device, FileTime Changed, FileTime Modified)
{
    public const int StatxBytes = 256;
    public const uint StatxBasic = 0x7ff;

    public FileKind Kind => (FileKind)(Mode & 0xF000);
    /// <summary>How overlay marks a file of a lower layer as deleted.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && Device == 0;
    public long AllocatedBytes => Blocks * 512;

    public static FileFacts Of(ReadOnlySpan<byte> statx) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(statx[28..]),
        BinaryPrimitives.ReadUInt32LittleEndian(statx[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(statx[20..]),
        BinaryPrimitives.ReadUInt32LittleEndian(statx[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(statx[32..]),
        BinaryPrimitives.ReadInt64LittleEndian(statx[40..]),
        BinaryPrimitives.ReadInt64LittleEndian(statx[48..]),
        ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(statx[128..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(statx[132..]),
        FileTime.Of(statx[96..]),
        FileTime.Of(statx[112..]));
}

internal readonly record struct FileTime(long Seconds, uint Nanoseconds)
{
    public static FileTime Of(ReadOnlySpan<byte> statxTimestamp) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(statxTimestamp), BinaryPrimitives.ReadUInt32LittleEndian(statxTimestamp[8..]));

    /// <summary>For messages: of any time that a file may have, and of those that none has.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds} s, {Nanoseconds} ns");

    /// <summary>A pod may give its files any time, also one that the class library has no name for.</summary>
    public DateTimeOffset Instant => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds() - 1)).AddTicks(Nanoseconds / 100);
}
