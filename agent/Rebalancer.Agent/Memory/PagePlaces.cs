using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>Where the content of each page lay when it was looked at: 8 bytes a page, in blocks of 2 MiB of addresses. Pure.</summary>
internal sealed class PagePlaces
{
    private const int PagesPerBlock = 1 << (PageSet.BlockShift - PageRange.PageShift);
    private readonly Dictionary<ulong, ulong[]> blocks = [];
    private ulong current = ulong.MaxValue;
    private ulong[]? places;

    /// <returns>0: not looked at, or not there then.</returns>
    public ulong Of(ulong address)
    {
        if (address >> PageSet.BlockShift != current)
        {
            current = address >> PageSet.BlockShift;
            places = blocks.GetValueOrDefault(current);
        }
        return places is null ? 0 : places[Index(address)];
    }

    public void Set(ulong address, ulong place)
    {
        if (address >> PageSet.BlockShift != current || places is null)
        {
            current = address >> PageSet.BlockShift;
            if (!blocks.TryGetValue(current, out places)) { blocks.Add(current, places = new ulong[PagesPerBlock]); }
        }
        places[Index(address)] = place;
    }

    private static int Index(ulong address) => (int)(address >> PageRange.PageShift) & (PagesPerBlock - 1);
}
