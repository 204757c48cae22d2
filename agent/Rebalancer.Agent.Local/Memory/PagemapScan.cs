using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>What PAGEMAP_SCAN (Linux 6.7) says of pages.</summary>
[Flags]
internal enum PageState : ulong
{
    None = 0,
    /// <summary>The mapping is registered for write protection that lifts itself.</summary>
    Protectable = 1 << 0,
    /// <summary>Not write-protected (any more).</summary>
    Written = 1 << 1,
    File = 1 << 2,
    Present = 1 << 3,
    Swapped = 1 << 4,
    ZeroPage = 1 << 5,
    Guard = 1 << 8,
}

internal readonly record struct PageRegion(PageRange Range, PageState State);

/// <summary>The page map of one process.</summary>
internal sealed class PagemapScan : IDisposable
{
    private const nuint IoctlScan = 0xC0606610;
    private const ulong ProtectMatching = 1;
    private const int RegionsPerCall = 4096;
    /// <summary>Guard pages look swapped out; kernels that do not know them (before 6.15) refuse to be asked.</summary>
    private static readonly PageState Absent = PageState.ZeroPage | (Knows(PageState.Guard) ? PageState.Guard : PageState.None);
    private readonly Descriptor pagemap;
    private readonly Region[] regions = new Region[RegionsPerCall];

    private PagemapScan(Descriptor pagemap) => this.pagemap = pagemap;

    /// <exception cref="LinuxException">The process is gone.</exception>
    public static PagemapScan Open(int pid)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/pagemap");
        return new PagemapScan(Descriptor.Of(Libc.Open(Encoding.UTF8.GetBytes(path + "\0"), Libc.OpenReadOnlyCloexec, 0), $"open {path}"));
    }

    /// <summary>Whether the kernel can.</summary>
    public static bool IsSupported() => Knows(PageState.Present);

    /// <summary>In the order of addresses: pages with content of their own: in memory or swapped out, and neither a file's nor the zero page.</summary>
    /// <param name="alsoReturn">What else is to be told of them.</param>
    public void Populated(PageWalk walk, PageState alsoReturn, Action<PageRegion> each) =>
        Scan(AbsentIn(walk), AbsentIn(walk), PageState.Present | PageState.Swapped, protect: false, walk.Range, each, alsoReturn);

    /// <summary>In the order of addresses: pages of protectable mappings with content of their own that were written since they were protected last; protects them in the same walk.</summary>
    public void TakeWritten(PageWalk walk, Action<PageRegion> each) =>
        Scan(AbsentIn(walk), AbsentIn(walk) | PageState.Written, PageState.Present | PageState.Swapped, protect: true, walk.Range, each);

    /// <summary>Pages that fault by intention (MADV_GUARD_INSTALL).</summary>
    public void Guards(Action<PageRegion> each)
    {
        if (!Absent.HasFlag(PageState.Guard)) { return; }
        Scan(PageState.None, PageState.Guard, PageState.None, protect: false, PageWalk.AllAddresses, each, PageState.Guard);
    }

    public void Dispose() => pagemap.Dispose();

    private static PageState AbsentIn(PageWalk walk) => walk.HasFilePages ? Absent | PageState.File : Absent;

    private static bool Knows(PageState state)
    {
        try
        {
            using var own = Open(Environment.ProcessId);
            own.Scan(PageState.None, state, PageState.None, protect: false, new PageRange(0, PageRange.PageBytes), _ => { });
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <param name="inverted">Of <paramref name="required"/>: those that must not be.</param>
    private unsafe void Scan(PageState inverted, PageState required, PageState anyOf, bool protect, PageRange range, Action<PageRegion> each, PageState alsoReturn = PageState.None)
    {
        fixed (Region* vector = regions)
        {
            var at = range.Start;
            while (at < range.End)
            {
                var request = new ScanRequest
                {
                    Size = (ulong)sizeof(ScanRequest),
                    Flags = protect ? ProtectMatching : 0,
                    Start = at,
                    End = range.End,
                    Vector = (ulong)vector,
                    VectorLength = RegionsPerCall,
                    Inverted = (ulong)inverted,
                    Required = (ulong)required,
                    AnyOf = (ulong)anyOf,
                    Returned = (ulong)(PageState.Present | PageState.Swapped | alsoReturn),
                };
                var count = Ioctl(pagemap.Number, IoctlScan, ref request);
                if (count < 0) { throw Descriptor.Failure("PAGEMAP_SCAN"); }
                for (var i = 0; i < count; i++) { each(new PageRegion(new PageRange(regions[i].Start, regions[i].End), (PageState)regions[i].Categories)); }
                // Only of a walk that ran out of room does the kernel say where it ended; of another it may name an earlier place, and looking again from
                // there would give pages out of their order, some of them twice.
                if (count < RegionsPerCall || request.WalkEnd <= at) { return; }
                at = request.WalkEnd;
            }
        }
    }

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, nuint request, ref ScanRequest argument);

    /// <summary>struct pm_scan_arg.</summary>
    private struct ScanRequest
    {
        public ulong Size, Flags, Start, End, WalkEnd, Vector, VectorLength, MaximumPages, Inverted, Required, AnyOf, Returned;
    }

    /// <summary>struct page_region.</summary>
    private struct Region
    {
        public ulong Start, End, Categories;
    }
}
