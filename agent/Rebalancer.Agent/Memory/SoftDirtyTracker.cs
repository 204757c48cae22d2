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
    private const int WordsPerRead = 1 << 15;
    private const int Attempts = 3;
    private readonly PageWord[] words = new PageWord[WordsPerRead];
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
        var all = new List<TrackedRange>();
        Walk((address, word) => Add(all, address, IsWritten(address, word)));
        return all;
    }

    public void Dispose()
    {
        // The bits that were cleared are nobody's but the next tracker's.
    }

    private List<PageRange> TakeOnce()
    {
        var written = new List<TrackedRange>();
        var now = new PagePlaces();
        var stop = process.WhileStopped(() =>
        {
            Walk((address, word) =>
            {
                if (IsWritten(address, word)) { Add(written, address, isWritten: true); }
                now.Set(address, word.Place);
            });
            process.ClearSoftDirty();
        });
        seen = now;
        if (stop > LongestStop) { LongestStop = stop; }
        return written.ConvertAll(each => each.Range);
    }

    private bool IsWritten(ulong address, PageWord word) => seen is null || word.IsSoftDirty || seen.Of(address) != word.Place;

    private void Walk(Action<ulong, PageWord> each)
    {
        foreach (var area in process.PrivateAreas())
        {
            for (var start = area.Start; start < area.End; start += WordsPerRead * (ulong)PageRange.PageBytes)
            {
                var part = words.AsSpan(0, (int)Math.Min(WordsPerRead, (area.End - start) >> PageRange.PageShift));
                process.Read(start, part);
                for (var i = 0; i < part.Length; i++)
                {
                    if (part[i].IsPopulated && (zeroFrame == 0 || part[i].Frame != zeroFrame)) { each(start + ((ulong)i << PageRange.PageShift), part[i]); }
                }
            }
        }
    }

    /// <summary>Lengthens the last range by the page, or begins another.</summary>
    private static void Add(List<TrackedRange> ranges, ulong address, bool isWritten)
    {
        var page = new PageRange(address, address + PageRange.PageBytes);
        if (ranges.Count > 0 && ranges[^1] is var last && last.Range.End == address && last.IsWritten == isWritten) { ranges[^1] = last with { Range = last.Range with { End = page.End } }; }
        else { ranges.Add(new TrackedRange(page, isWritten)); }
    }
}
