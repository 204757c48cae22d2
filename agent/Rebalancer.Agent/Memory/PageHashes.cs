using System.IO.Hashing;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>
/// A hash for each page, in blocks of 64 pages: 16 bytes a page, about 4.2 MiB for a GiB, and at most a quarter of the memory where of each block one page is
/// there. Pure. May be read by several threads while none writes.
/// </summary>
/// <param name="seed">Random, and known to nobody: a program cannot be made for it that has two pages of one hash.</param>
internal sealed class PageHashes(long seed)
{
    public const int PagesPerBlock = 64;
    public const int BlockShift = PageRange.PageShift + 6;
    public const int BlockBytes = 1 << BlockShift;
    /// <summary>0 stands for a page without one. A page with this hash would be sent again, which is no harm.</summary>
    private static readonly UInt128 None = UInt128.Zero;
    private readonly Dictionary<ulong, UInt128[]> blocks = [];

    /// <summary>Takes the place of what was known of the page.</summary>
    public void Set(ulong address, ReadOnlySpan<byte> page)
    {
        if (!blocks.TryGetValue(address >> BlockShift, out var hashes)) { blocks.Add(address >> BlockShift, hashes = new UInt128[PagesPerBlock]); }
        hashes[Index(address)] = XxHash128.HashToUInt128(page, seed);
    }

    /// <summary>Whether the page has the content whose hash is known.</summary>
    public bool IsSame(ulong address, ReadOnlySpan<byte> page) =>
        blocks.TryGetValue(address >> BlockShift, out var hashes) && hashes[Index(address)] is var known && known != None && known == XxHash128.HashToUInt128(page, seed);

    /// <returns>One bit for each page of the block of which a hash is known.</returns>
    public ulong Known(ulong block)
    {
        if (!blocks.TryGetValue(block, out var hashes)) { return 0; }
        var known = 0UL;
        for (var i = 0; i < PagesPerBlock; i++) { known |= hashes[i] != None ? 1UL << i : 0; }
        return known;
    }

    /// <summary>Forgets all other blocks.</summary>
    public void Keep(IReadOnlySet<ulong> kept)
    {
        foreach (var block in blocks.Keys.Where(block => !kept.Contains(block)).ToList()) { blocks.Remove(block); }
    }

    private static int Index(ulong address) => (int)(address >> PageRange.PageShift) & (PagesPerBlock - 1);
}
