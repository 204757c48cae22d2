using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// Whether this kernel tells written pages right: tried on memory of this process, and not read from its version, since distributions carry features and
/// their repairs back and forth.
/// </summary>
internal static class WriteProtectProbe
{
    private const int UserFaultSystemCall = 323;
    private const int ReadWrite = 3, PrivateAnonymous = 0x22, MayMove = 1;
    private const int Pages = 4;
    private static readonly Lazy<string?> Found = new(Try);

    /// <summary>Why written pages cannot be told here; null when they can.</summary>
    public static string? Obstacle => Found.Value;

    private static string? Try()
    {
        if (!Injection.IsSupported) { return $"a processor of kind {RuntimeInformation.ProcessArchitecture} is not supported"; }
        if (!PagemapScan.IsSupported()) { return "the kernel has no PAGEMAP_SCAN (Linux 6.7)"; }
        try
        {
            return Check();
        }
        catch (LinuxException e)
        {
            return $"the kernel does not tell which pages were written: {e.Message}";
        }
    }

    private static unsafe string? Check()
    {
        using var fault = new UserFault(Descriptor.Of((int)TcpRepair.Libc.SystemCall(UserFaultSystemCall, UserFault.OpenFlags, 0, 0), "userfaultfd"));
        fault.Enable(UserFault.WriteProtectAsync);
        using var scan = PagemapScan.Open(Environment.ProcessId);
        nuint bytes = Pages * PageRange.PageBytes;
        var start = Map(0, bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if (start == -1) { throw Descriptor.Failure("mmap"); }
        try
        {
            for (var page = 0; page < Pages; page++) { ((byte*)start)[page * PageRange.PageBytes] = 1; }
            if (!fault.TryRegisterWriteProtection(Range(start))) { throw Descriptor.Failure("UFFDIO_REGISTER"); }
            if (Written(scan, start) != Pages) { return "the kernel does not report populated pages as written"; }
            if (Written(scan, start) != 0) { return "the kernel reports pages as written that were not"; }
            ((byte*)start)[PageRange.PageBytes] = 2;
            if (Written(scan, start) != 1) { return "the kernel does not report a page that was written"; }
            // Before 6.13 a page that was moved kept its mark, and would pass for the one that was at that address before.
            var moved = Remap(start, bytes, bytes * 2, MayMove);
            if (moved == -1) { throw Descriptor.Failure("mremap"); }
            start = moved;
            _ = fault.TryRegisterWriteProtection(Range(start));
            return Written(scan, start) == Pages ? null : "the kernel does not report pages that were moved (mremap) as written";
        }
        finally
        {
            _ = Unmap(start, bytes * 2);
        }
    }

    private static PageRange Range(nint start) => new((ulong)start, (ulong)start + (Pages * PageRange.PageBytes));

    private static long Written(PagemapScan scan, nint start)
    {
        long pages = 0;
        scan.TakeWritten(Range(start), region => pages += region.Range.Pages);
        return pages;
    }

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [DllImport("libc", EntryPoint = "mremap", SetLastError = true)]
    private static extern nint Remap(nint address, nuint length, nuint newLength, int flags);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nuint length);
}
