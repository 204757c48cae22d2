using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Preflight;

/// <summary>Walks trees that somebody else may be changing, without following links, up to a limit.</summary>
internal static partial class FileTree
{
    public const int MaximumEntries = 20_000;

    private static readonly EnumerationOptions Deep = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0, ReturnSpecialDirectories = false };

    /// <summary>The folder itself and what is below it.</summary>
    public static IEnumerable<string> Walk(string root)
    {
        if (!Directory.Exists(root)) { return []; }
        return new[] { root }.Concat(Directory.EnumerateFileSystemEntries(root, "*", Deep)).Take(MaximumEntries);
    }

    /// <summary>0 when it cannot be read.</summary>
    public static ulong Inode(string path) => Status(path).Inode;

    /// <summary>lstat's mode, size, inode, change time and device; zeros when it cannot be read.</summary>
    public static FileStatus Status(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        buffer.Clear();
        const int AtFdCwd = -100, AtSymlinkNoFollow = 0x100;
        const uint Basic = 0x7ff;
        if (Statx(AtFdCwd, path, AtSymlinkNoFollow, Basic, ref MemoryMarshal.GetReference(buffer)) != 0) { return default; }
        // struct statx: stx_mode at 28, stx_ino at 32, stx_size at 40, stx_ctime (seconds) at 96, stx_dev_major and stx_dev_minor at 136 and 140.
        return new FileStatus(
            BitConverter.ToUInt16(buffer[28..]), BitConverter.ToUInt64(buffer[32..]), BitConverter.ToUInt64(buffer[40..]), BitConverter.ToInt64(buffer[96..]),
            FileStatus.DeviceOf(BitConverter.ToUInt32(buffer[136..]), BitConverter.ToUInt32(buffer[140..])));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte buffer);
}

/// <param name="ChangedAtUnixSeconds">Last change of content or metadata.</param>
/// <param name="Device">As the kernel numbers devices itself: 20 bits of minor number below the major one.</param>
internal readonly record struct FileStatus(ushort Mode, ulong Inode, ulong SizeBytes, long ChangedAtUnixSeconds, uint Device)
{
    private const int KindMask = 0xF000;
    private const int MinorBits = 20;

    /// <summary>As MKDEV in the kernel.</summary>
    public static uint DeviceOf(uint major, uint minor) => (major << MinorBits) | minor;

    public bool IsFolder => (Mode & KindMask) == 0x4000;
    public bool IsSocket => (Mode & KindMask) == 0xC000;
    public bool IsFile => (Mode & KindMask) == 0x8000;
}
