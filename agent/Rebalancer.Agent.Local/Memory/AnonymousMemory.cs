using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>Private anonymous mappings of this process, at addresses of the caller's choice.</summary>
internal static class AnonymousMemory
{
    private const int None = 0, Read = 1, ReadWrite = 3, PrivateAnonymous = 0x22, Fixed = 0x10, NoReserve = 0x4000;
    private const int MayMove = 1, MoveFixed = 2, NoHugePages = 15;

    /// <summary>Addresses without memory.</summary>
    /// <exception cref="LinuxException">There is no room.</exception>
    public static nint Reserve(nuint bytes) => Check(Map(0, bytes, None, PrivateAnonymous | NoReserve, -1, 0), "mmap");

    /// <summary>Memory of small pages, none of which is there yet, in the place of whatever was mapped at the address.</summary>
    /// <exception cref="LinuxException">There is no room.</exception>
    public static void MapAt(nint address, nuint bytes)
    {
        _ = Check(Map(address, bytes, ReadWrite, PrivateAnonymous | Fixed, -1, 0), "mmap");
        _ = Advise(address, bytes, NoHugePages);
    }

    /// <summary>Takes the right to write away and gives it back.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void ProtectForAMoment(nint address, nuint bytes)
    {
        _ = Check(Protect(address, bytes, Read), "mprotect");
        _ = Check(Protect(address, bytes, ReadWrite), "mprotect");
    }

    /// <summary>Moves a mapping with its pages into the place of another.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void Move(nint from, nint to, nuint bytes) => _ = Check(Remap(from, bytes, bytes, MayMove | MoveFixed, to), "mremap");

    public static void Release(nint address, nuint bytes) => _ = Unmap(address, bytes);

    private static nint Check(nint result, string call) => result == -1 ? throw Descriptor.Failure(call) : result;

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [DllImport("libc", EntryPoint = "mremap", SetLastError = true)]
    private static extern nint Remap(nint address, nuint length, nuint newLength, int flags, nint to);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static extern int Protect(nint address, nuint length, int protection);

    [DllImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static extern int Advise(nint address, nuint length, int advice);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nuint length);
}
