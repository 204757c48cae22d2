using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Files.Native;

/// <summary>The C library's calls on files relative to an open folder. Names are bytes, as the kernel has them: a file name need not be text.</summary>
internal static class FileCalls
{
    public const int ReadOnly = 0, WriteOnly = 1, Create = 0x40, Exclusive = 0x80, Truncate = 0x200, Append = 0x400, NonBlock = 0x800;
    public const int FolderOnly = 0x10000, NoFollow = 0x20000, CloseOnExec = 0x80000, PathOnly = 0x200000;
    public const int AtSymlinkNoFollow = 0x100, AtRemoveFolder = 0x200, AtEmptyPath = 0x1000, AtCurrentFolder = -100;
    /// <summary>openat2: no other mount, no link, nothing above the folder.</summary>
    public const ulong ResolveBeneath = 0x01 | 0x02 | 0x04 | 0x08;
    public const int SeekData = 3, SeekHole = 4;
    public const int PunchHole = 0x03;
    private const long OpenAt2Syscall = 437;

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static extern int OpenAt(int folder, [In] byte[] name, int flags, uint mode);

    [DllImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static extern nint ReadFolder(int folder, ref byte buffer, nuint length);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static extern int Statx(int folder, [In] byte[] name, int flags, uint mask, ref byte buffer);

    [DllImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static extern int MakeFolderAt(int folder, [In] byte[] name, uint mode);

    [DllImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    public static extern int MakeNodeAt(int folder, [In] byte[] name, uint mode, ulong device);

    [DllImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    public static extern int SymlinkAt([In] byte[] target, int folder, [In] byte[] name);

    [DllImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static extern nint ReadLinkAt(int folder, [In] byte[] name, ref byte buffer, nuint length);

    [DllImport("libc", EntryPoint = "linkat", SetLastError = true)]
    public static extern int LinkAt(int fromFolder, [In] byte[] from, int toFolder, [In] byte[] to, int flags);

    [DllImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static extern int RenameAt(int fromFolder, [In] byte[] from, int toFolder, [In] byte[] to);

    [DllImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static extern int UnlinkAt(int folder, [In] byte[] name, int flags);

    [DllImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    public static extern int ChangeOwnerAt(int folder, [In] byte[] name, uint user, uint group, int flags);

    [DllImport("libc", EntryPoint = "chmod", SetLastError = true)]
    public static extern int ChangeMode([In] byte[] path, uint mode);

    [DllImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    public static extern int SetTimesAt(int folder, [In] byte[] name, in long times, int flags);

    [DllImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    public static extern nint ListAttributes([In] byte[] path, ref byte list, nuint length);

    [DllImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    public static extern nint GetAttribute([In] byte[] path, [In] byte[] name, ref byte value, nuint length);

    [DllImport("libc", EntryPoint = "lsetxattr", SetLastError = true)]
    public static extern int SetAttribute([In] byte[] path, [In] byte[] name, [In] byte[] value, nuint length, int flags);

    [DllImport("libc", EntryPoint = "lremovexattr", SetLastError = true)]
    public static extern int RemoveAttribute([In] byte[] path, [In] byte[] name);

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static extern long Seek(int file, long offset, int whence);

    [DllImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static extern int SetLength(int file, long length);

    [DllImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static extern int Allocate(int file, int mode, long offset, long length);

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    public static extern int Mount([In] byte[] source, [In] byte[] target, [In] byte[] kind, ulong flags, [In] byte[] options);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true)]
    public static extern int Unmount([In] byte[] target, int flags);

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern long Syscall(long number, long folder, [In] byte[] name, in OpenHow how, nuint size);

    public static int OpenAt2(int folder, byte[] path, int flags, ulong resolve)
    {
        var how = new OpenHow((ulong)(uint)flags, 0, resolve);
        return (int)Syscall(OpenAt2Syscall, folder, path, in how, (nuint)Marshal.SizeOf<OpenHow>());
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct OpenHow(ulong Flags, ulong Mode, ulong Resolve);
}
