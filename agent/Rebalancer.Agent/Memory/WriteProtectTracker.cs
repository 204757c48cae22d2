using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Memory;

/// <summary>
/// Write protection that lifts itself (userfaultfd WP_ASYNC, Linux 6.7): exact pages for one fault per page and round. The descriptor is opened by the
/// process itself (<see cref="Injection"/>) and held by the agent only: when the agent ends, however it does, the kernel takes the protection away.
/// </summary>
internal sealed class WriteProtectTracker : IDirtyTracker
{
    private readonly int pid;
    private readonly UserFault fault;
    private readonly PagemapScan pages;

    private WriteProtectTracker(int pid, UserFault fault, PagemapScan pages, TimeSpan stop) => (this.pid, this.fault, this.pages, LongestStop) = (pid, fault, pages, stop);

    public TimeSpan LongestStop { get; }

    /// <summary>Why it is of no use on this node, whatever the process; null: it may be tried.</summary>
    public static string? Obstacle()
    {
        if (!Injection.IsSupported) { return $"a processor of kind {RuntimeInformation.ProcessArchitecture} is not supported"; }
        return PagemapScan.IsSupported() ? null : "the kernel has no PAGEMAP_SCAN (Linux 6.7)";
    }

    /// <param name="pid">Of the process.</param>
    /// <param name="open">Has it open its userfaultfd.</param>
    /// <exception cref="LinuxException">The process cannot be reached, or the kernel lacks the feature.</exception>
    public static WriteProtectTracker Attach(int pid, Func<(Descriptor Fault, TimeSpan Stop)> open)
    {
        var (descriptor, stop) = open();
        var fault = new UserFault(descriptor);
        try
        {
            fault.Enable(UserFault.WriteProtectAsync);
            return new WriteProtectTracker(pid, fault, PagemapScan.Open(pid), stop);
        }
        catch
        {
            fault.Dispose();
            throw;
        }
    }

    public IReadOnlyList<PageRange> TakeWritten()
    {
        // Mappings made since the last round. What cannot be registered counts as written for ever, and so does what is made after this line.
        var areas = MemoryMap.Read(pid);
        foreach (var area in areas.Where(area => area.IsPrivate && !area.IsKernels)) { _ = fault.TryRegisterWriteProtection(area.Range); }
        var written = new List<PageRange>();
        foreach (var walk in PageWalk.Over(areas)) { pages.TakeWritten(walk, region => written.Add(region.Range)); }
        RequireMemory();
        return written;
    }

    public IReadOnlyList<TrackedRange> Final()
    {
        var all = new List<TrackedRange>();
        foreach (var walk in PageWalk.Over(MemoryMap.Read(pid)))
        {
            pages.Populated(walk, PageState.Protectable | PageState.Written, region =>
                all.Add(new TrackedRange(region.Range, !region.State.HasFlag(PageState.Protectable) || region.State.HasFlag(PageState.Written))));
        }
        RequireMemory();
        return all;
    }

    private void RequireMemory()
    {
        if (fault.HasLostMemory()) { throw new LinuxException($"the memory of process {pid}", Errno.NoProcess); }
    }

    public void Dispose()
    {
        pages.Dispose();
        fault.Dispose();
    }
}
