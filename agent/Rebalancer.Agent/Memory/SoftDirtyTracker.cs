using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Memory;

/// <summary>
/// The kernel's soft-dirty bits (CONFIG_MEM_SOFT_DIRTY), for kernels before 6.7. To read them and to clear them are two steps, and what is written in
/// between would be lost: the process is stopped for both. The bits alone do not tell all. mremap moves the page table of 2 MiB as a whole and marks none
/// of its pages (seen on 6.1), which then pass for what was at that address before; so a page whose content lies elsewhere than when it was looked at
/// last counts as written too. That also sends a page again that was swapped in or out or moved by the kernel in between.
/// </summary>
/// <param name="process">To be tracked.</param>
/// <param name="zeroFrame">Frame of the zero page, which is no page of the process's own; 0: unknown.</param>
internal sealed class SoftDirtyTracker(IProcessPages process, ulong zeroFrame) : IDirtyTracker
{
    private const int Attempts = 3;
    private readonly PopulatedPages pages = new(process, zeroFrame);
    private PagePlaces? seen;

    public TimeSpan LongestStop { get; private set; }

    /// <summary>A process that watches its own memory by these bits (some garbage collectors do) would miss what it wrote.</summary>
    public static string? Obstacle(int pid, ProcFolder proc) =>
        proc.Descriptors(pid).Any(each => each.Target.StartsWith("/proc/", StringComparison.Ordinal) && (each.Target.EndsWith("/clear_refs", StringComparison.Ordinal) || each.Target.EndsWith("/pagemap", StringComparison.Ordinal)))
            ? $"process {pid} watches its own memory by soft-dirty bits" : null;

    public IReadOnlyList<PageRange> TakeWritten()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return TakeOnce();
            }
            catch (LinuxException e) when (e.Errno == Errno.Busy && attempt < Attempts)
            {
                // A thread was waiting for its disk, say.
            }
        }
    }

    public IReadOnlyList<TrackedRange> Final()
    {
        var all = new TrackedRanges();
        pages.ForEach((address, word) => all.Add(address, IsWritten(address, word)));
        return all.All;
    }

    public void Dispose()
    {
        // The bits that were cleared are nobody's but the next tracker's.
    }

    private List<PageRange> TakeOnce()
    {
        var written = new TrackedRanges();
        var now = new PagePlaces();
        var stop = process.WhileStopped(() =>
        {
            pages.ForEach((address, word) =>
            {
                if (IsWritten(address, word)) { written.Add(address, isWritten: true); }
                now.Set(address, word.Place);
            });
            process.ClearSoftDirty();
        });
        seen = now;
        if (stop > LongestStop) { LongestStop = stop; }
        return [.. written.All.Select(each => each.Range)];
    }

    private bool IsWritten(ulong address, PageWord word) => seen is null || word.IsSoftDirty || seen.Of(address) != word.Place;
}
