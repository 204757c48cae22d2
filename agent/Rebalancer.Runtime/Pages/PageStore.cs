using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Runtime.Pages;

/// <summary>The pages that the target's agent has collected, mapped into this process.</summary>
internal sealed class PageStore : IDisposable
{
    private const int ProtectionRead = 1, Shared = 1, KeepSizePunchHole = 3;
    private readonly SafeFileHandle file;
    private readonly nint start;
    private readonly long length;
    private readonly Dictionary<(int Pid, ulong Block), uint> regions;
    private readonly Dictionary<int, PageSet> late = [];

    private PageStore(SafeFileHandle file, nint start, long length, Dictionary<(int, ulong), uint> regions) =>
        (this.file, this.start, this.length, this.regions) = (file, start, length, regions);

    /// <exception cref="IOException">It is not there, or cannot be mapped.</exception>
    public static PageStore Open(string folder)
    {
        var regions = PageIndex.Read(Path.Combine(folder, PageIndex.IndexName));
        var file = File.OpenHandle(Path.Combine(folder, PageIndex.StoreName), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var length = RandomAccess.GetLength(file);
        var start = length == 0 ? 0 : Map(0, (nuint)length, ProtectionRead, Shared, (int)file.DangerousGetHandle(), 0);
        if (start == -1) { throw new IOException($"the page store cannot be mapped: errno {Marshal.GetLastPInvokeError()}"); }
        var store = new PageStore(file, start, length, regions);
        foreach (var each in LatePagesFile.Read(folder, LatePagesFile.LateName)) { store.LateOf(each.Pid).Add(each.Range); }
        foreach (var each in LatePagesFile.Read(folder, LatePagesFile.CameName)) { store.LateOf(each.Pid).Remove(each.Range); }
        return store;
    }

    /// <summary>The pages of a process that had not come when the store was opened.</summary>
    public PageSet LateOf(int pid)
    {
        if (!late.TryGetValue(pid, out var pages)) { late.Add(pid, pages = new PageSet()); }
        return pages;
    }

    /// <summary>Address, in this process, of a page of a restored one; 0 when it is not here. The pages after it, up to the end of its block, follow it.</summary>
    public nint Find(int pid, ulong address) => Offset(pid, address) is { } offset ? start + (nint)offset : 0;

    /// <summary>Gives the memory of pages back to the node: they are in the process now.</summary>
    public void Free(int pid, PageRange range)
    {
        if (Offset(pid, range.Start) is { } offset) { _ = Allocate((int)file.DangerousGetHandle(), KeepSizePunchHole, offset, (long)range.Bytes); }
    }

    public void Dispose()
    {
        if (start != 0) { _ = Unmap(start, (nuint)length); }
        file.Dispose();
    }

    private long? Offset(int pid, ulong address)
    {
        if (!regions.TryGetValue((pid, address >> PageSet.BlockShift), out var region)) { return null; }
        var offset = PageIndex.Offset(region, address);
        return offset < length ? offset : null;
    }

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nuint length);

    [DllImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static extern int Allocate(int descriptor, int mode, long offset, long length);
}
