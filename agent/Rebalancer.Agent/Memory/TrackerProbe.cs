using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>
/// Whether a tracker tells the truth on this kernel: tried, and not read from the kernel's version, since distributions carry features and their repairs back
/// and forth. A page too many is no harm, one too few is a copy with old content.
/// </summary>
internal static class TrackerProbe
{
    /// <returns>What it does not tell; null: nothing was missed.</returns>
    /// <exception cref="Local.Netlink.LinuxException">It cannot be used at all.</exception>
    public static async Task<string?> FindFaultAsync(IDirtyTracker tracker, IProbeTarget target, CancellationToken cancellation)
    {
        using var memory = ProcessMemory.Open(target.Pid);
        var content = new byte[target.First.Bytes];
        var (second, third) = (Page(target.First, 1), Page(target.First, 2));
        if (!Covers(Take(), target.First)) { return "populated pages are not found"; }
        if (Touches(Take(), target.First)) { return "pages pass for written that were not"; }
        await target.DoAsync(ProbeStep.Write, cancellation);
        if (!Covers(Take(), second)) { return "a page that was written is not reported"; }
        await target.DoAsync(ProbeStep.ProtectAndWrite, cancellation);
        if (!Covers(Take(), third)) { return "a page that was written after mprotect is not reported"; }
        await target.DoAsync(ProbeStep.MapBeside, cancellation);
        if (!Covers(Take(), target.Beside)) { return "pages of a new mapping are not reported"; }
        // Before Linux 6.13 a page that was moved kept its write protection, and soft-dirty bits move with their page table.
        await target.DoAsync(ProbeStep.MoveOnto, cancellation);
        if (!Covers(Take(), target.First)) { return "pages that were moved (mremap) are not reported"; }
        await target.DoAsync(ProbeStep.Write, cancellation);
        var final = tracker.Final();
        if (!Covers([.. final.Select(each => each.Range)], target.First)) { return "populated pages are not found at the end"; }
        var written = final.Where(each => each.IsWritten).Select(each => each.Range).ToList();
        if (!Covers(written, second)) { return "a page that was written last is not reported"; }
        return Covers(written, third) ? "pages pass for written at the end that were not" : null;

        IReadOnlyList<PageRange> Take()
        {
            var taken = tracker.TakeWritten();
            // As if they were sent.
            foreach (var range in taken)
            {
                for (var at = range.Start; at < range.End; at += (ulong)content.Length)
                {
                    var read = memory.ReadPages(at, content.AsSpan(0, (int)Math.Min((ulong)content.Length, range.End - at)));
                    tracker.NoteSent(at, content.AsSpan(0, read));
                }
            }
            return taken;
        }
    }

    private static PageRange Page(PageRange range, ulong number) => new(range.Start + (number * PageRange.PageBytes), range.Start + ((number + 1) * PageRange.PageBytes));

    private static bool Covers(IReadOnlyList<PageRange> found, PageRange wanted) => Found(found, wanted) == wanted.Bytes;

    private static bool Touches(IReadOnlyList<PageRange> found, PageRange unwanted) => Found(found, unwanted) > 0;

    private static ulong Found(IReadOnlyList<PageRange> found, PageRange range) => Ranges.Intersect(found, [range]).Aggregate(0UL, (sum, each) => sum + each.Bytes);
}
