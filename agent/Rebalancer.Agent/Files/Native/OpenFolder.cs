using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Native;

/// <summary>
/// One folder, held open: everything in it is reached from its descriptor, so that nobody who renames or links above it can lead us elsewhere.
/// Names are <see cref="RawName"/>s without a slash, or <see cref="RawName.Root"/> for the folder itself. Links are never followed.
/// </summary>
internal sealed class OpenFolder : IDisposable
{
    private const int ListBytes = 64 << 10;
    private const int FolderFlags = FileCalls.FolderOnly | FileCalls.NoFollow | FileCalls.CloseOnExec;
    private readonly Descriptor descriptor;

    private OpenFolder(Descriptor descriptor) => this.descriptor = descriptor;

    public int Number => descriptor.Number;

    /// <summary>Opens a folder of the node; the path itself is trusted, its last part may be no link.</summary>
    /// <exception cref="LinuxException">It is none.</exception>
    public static OpenFolder Open(string path) => new(Descriptor.Of(FileCalls.OpenAt(FileCalls.AtCurrentFolder, RawName.Bytes(RawName.FromText(path)), FolderFlags, 0), $"open({path})"));

    /// <summary>Opens a folder below, however deep: through no link, no mount, never above this one.</summary>
    /// <exception cref="LinuxException">There is none, or the way leads elsewhere.</exception>
    public OpenFolder Below(string path) =>
        new(Descriptor.Of(FileCalls.OpenAt2(Number, RawName.Bytes(path), FolderFlags, FileCalls.ResolveBeneath), $"openat2({RawName.Shown(path)})"));

    public IReadOnlyList<string> Names()
    {
        using var reading = Below(RawName.Root);
        var names = new List<string>();
        var buffer = new byte[ListBytes];
        while (true)
        {
            var bytes = FileCalls.ReadFolder(reading.Number, ref MemoryMarshal.GetArrayDataReference(buffer), (nuint)buffer.Length);
            if (bytes < 0) { throw Failure("getdents64", RawName.Root); }
            if (bytes == 0) { return names; }
            for (var at = 0; at < bytes; at += BitConverter.ToUInt16(buffer, at + 16))
            {
                var name = buffer.AsSpan(at + 19);
                var text = RawName.Of(name[..name.IndexOf((byte)0)]);
                if (text is not ("." or "..")) { names.Add(text); }
            }
        }
    }

    /// <returns>Null: there is no such file.</returns>
    public FileFacts? Find(string name)
    {
        Span<byte> buffer = stackalloc byte[FileFacts.StatxBytes];
        if (FileCalls.Statx(Number, RawName.Bytes(name), FileCalls.AtSymlinkNoFollow, FileFacts.StatxBasic, ref MemoryMarshal.GetReference(buffer)) == 0) { return FileFacts.Of(buffer); }
        return Marshal.GetLastPInvokeError() == Errno.NoEntry ? null : throw Failure("statx", name);
    }

    /// <summary>Opens a regular file; anything else opens too, but neither blocks nor is followed.</summary>
    public SafeFileHandle OpenFile(string name) => Handle(FileCalls.ReadOnly | FileCalls.NonBlock, name);

    public SafeFileHandle CreateFile(string name) => Handle(FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive, name);

    public string ReadLink(string name)
    {
        var buffer = new byte[RawName.MaximumPathBytes + 1];
        var bytes = FileCalls.ReadLinkAt(Number, RawName.Bytes(name), ref buffer[0], (nuint)buffer.Length);
        return bytes < 0 ? throw Failure("readlinkat", name) : RawName.Of(buffer.AsSpan(0, (int)bytes));
    }

    public void MakeFolder(string name) => Check(FileCalls.MakeFolderAt(Number, RawName.Bytes(name), 0x1C0), "mkdirat", name);

    public void MakeNode(string name, FileKind kind) => Check(FileCalls.MakeNodeAt(Number, RawName.Bytes(name), (uint)kind | 0x180, 0), "mknodat", name);

    public void MakeSymlink(string name, string target) => Check(FileCalls.SymlinkAt(RawName.Bytes(target), Number, RawName.Bytes(name)), "symlinkat", name);

    /// <returns>0, or the error number.</returns>
    public int TryLink(string name, OpenFolder to, string newName) =>
        FileCalls.LinkAt(Number, RawName.Bytes(name), to.Number, RawName.Bytes(newName), 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <returns>0, or the error number.</returns>
    public int TryMove(string name, OpenFolder to) =>
        FileCalls.RenameAt(Number, RawName.Bytes(name), to.Number, RawName.Bytes(name)) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public void Unlink(string name) => Check(FileCalls.UnlinkAt(Number, RawName.Bytes(name), 0), "unlinkat", name);

    public void RemoveFolder(string name) => Check(FileCalls.UnlinkAt(Number, RawName.Bytes(name), FileCalls.AtRemoveFolder), "unlinkat", name);

    public void SetOwner(string name, uint user, uint group) =>
        Check(FileCalls.ChangeOwnerAt(Number, RawName.Bytes(name), user, group, FileCalls.AtSymlinkNoFollow), "fchownat", name);

    /// <summary>Of anything but a link: the file is pinned first, since chmod itself would follow one.</summary>
    public void SetMode(string name, ushort mode)
    {
        using var pinned = Descriptor.Of(FileCalls.OpenAt(Number, RawName.Bytes(name), FileCalls.PathOnly | FileCalls.NoFollow | FileCalls.CloseOnExec, 0), $"openat({RawName.Shown(name)})");
        Check(FileCalls.ChangeMode(RawName.Bytes($"/proc/self/fd/{pinned.Number}"), mode & 0xFFFu), "chmod", name);
    }

    public void SetModified(string name, FileTime time)
    {
        ReadOnlySpan<long> times = [time.Seconds, time.Nanoseconds, time.Seconds, time.Nanoseconds];
        Check(FileCalls.SetTimesAt(Number, RawName.Bytes(name), in times[0], FileCalls.AtSymlinkNoFollow), "utimensat", name);
    }

    /// <summary>A path for the calls that know no descriptors; what follows the descriptor is one name, and the calls do not follow links.</summary>
    public byte[] PathOf(string name) => RawName.Bytes($"/proc/self/fd/{Number}/{name}");

    public void Dispose() => descriptor.Dispose();

    private SafeFileHandle Handle(int flags, string name)
    {
        var number = FileCalls.OpenAt(Number, RawName.Bytes(name), flags | FileCalls.NoFollow | FileCalls.CloseOnExec, 0x180);
        return number >= 0 ? new SafeFileHandle(number, ownsHandle: true) : throw Failure("openat", name);
    }

    private static void Check(int result, string call, string name)
    {
        if (result != 0) { throw Failure(call, name); }
    }

    private static LinuxException Failure(string call, string name) => FileFailure.Of($"{call}({RawName.Shown(name)})");
}
