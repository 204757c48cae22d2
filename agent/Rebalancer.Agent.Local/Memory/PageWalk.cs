namespace Rebalancer.Agent.Local.Memory;

/// <summary>A stretch of a process's addresses that is looked at in one go.</summary>
/// <param name="HasFilePages">Among its pages may be a file's. To tell them apart the kernel looks each page up, which takes five times as long as its entry in
/// the page table alone (14 against 3 ms per GiB).</param>
internal readonly record struct PageWalk(PageRange Range, bool HasFilePages)
{
    /// <summary>User addresses on x86-64 and arm64 with 48 bits.</summary>
    private const ulong AddressLimit = 0x7fff_ffff_f000;

    /// <summary>Whatever is mapped there.</summary>
    public static readonly PageRange AllAddresses = new(0, AddressLimit);

    /// <summary>Pure. What covers all mappings, in the order of addresses, in as few walks as it takes to ask only where files are whether a page is a file's.</summary>
    public static List<PageWalk> Over(IReadOnlyList<MemoryArea> areas)
    {
        var walks = new List<PageWalk>();
        foreach (var area in areas.Where(area => area.Range.End <= AddressLimit))
        {
            var hasFilePages = !area.HasOnlyOwnPages;
            if (walks.Count > 0 && walks[^1].HasFilePages == hasFilePages) { walks[^1] = walks[^1] with { Range = new PageRange(walks[^1].Range.Start, area.Range.End) }; }
            else { walks.Add(new PageWalk(area.Range, hasFilePages)); }
        }
        return walks;
    }
}
