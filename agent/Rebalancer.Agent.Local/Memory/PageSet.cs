using System.Numerics;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>A set of page addresses: one bit a page, in blocks of 2 MiB of addresses. Pure.</summary>
internal sealed class PageSet
{
    public const int BlockShift = 21;
    public const long BlockBytes = 1L << BlockShift;
    private const int PagesPerBlock = 1 << (BlockShift - PageRange.PageShift);
    private const int WordBits = 64;
    private readonly Dictionary<ulong, ulong[]> blocks = [];
    private ulong[]? order;

    public long Count { get; private set; }

    public PageSet Copy()
    {
        var copy = new PageSet { Count = Count };
        foreach (var (block, words) in blocks) { copy.blocks.Add(block, [.. words]); }
        return copy;
    }

    public void Add(PageRange range)
    {
        for (var at = range.Start; at < range.End;)
        {
            if (!blocks.TryGetValue(at >> BlockShift, out var words))
            {
                blocks.Add(at >> BlockShift, words = new ulong[PagesPerBlock / WordBits]);
                order = null;
            }
            var (mask, end) = InWord(at, range.End);
            ref var word = ref words[Word(at)];
            Count += BitOperations.PopCount(mask & ~word);
            word |= mask;
            at = end;
        }
    }

    public void Remove(PageRange range)
    {
        for (var at = range.Start; at < range.End;)
        {
            if (!blocks.TryGetValue(at >> BlockShift, out var words))
            {
                // On to the next block: a removed mapping may be far larger than what is populated of it.
                at = NextBlock(at);
                continue;
            }
            var (mask, end) = InWord(at, range.End);
            ref var word = ref words[Word(at)];
            Count -= BitOperations.PopCount(mask & word);
            word &= ~mask;
            at = end;
        }
    }

    public void Clear()
    {
        blocks.Clear();
        order = null;
        Count = 0;
    }

    public bool Contains(ulong address) => blocks.TryGetValue(address >> BlockShift, out var words) && (words[Word(address)] & Bit(address)) != 0;

    /// <summary>The first page of the set at or above the address.</summary>
    public ulong? Next(ulong address)
    {
        order ??= [.. blocks.Keys.Order()];
        var at = Array.BinarySearch(order, address >> BlockShift);
        for (var i = at < 0 ? ~at : at; i < order.Length; i++)
        {
            var words = blocks[order[i]];
            var first = order[i] == address >> BlockShift ? Index(address) : 0;
            for (var word = first / WordBits; word < words.Length; word++)
            {
                var bits = word == first / WordBits ? words[word] & (ulong.MaxValue << (first % WordBits)) : words[word];
                if (bits != 0) { return (order[i] << BlockShift) + ((ulong)((word * WordBits) + BitOperations.TrailingZeroCount(bits)) << PageRange.PageShift); }
            }
        }
        return null;
    }

    /// <summary>The range, cut at the borders of blocks.</summary>
    public static IEnumerable<PageRange> InBlocks(PageRange range)
    {
        for (var at = range.Start; at < range.End;)
        {
            var end = Math.Min(range.End, NextBlock(at));
            yield return new PageRange(at, end);
            at = end;
        }
    }

    /// <summary>All of it, as runs within blocks, ascending.</summary>
    public IEnumerable<PageRange> Ranges()
    {
        for (var at = Next(0); at is { } start;)
        {
            var run = Run(start, ulong.MaxValue);
            yield return run;
            at = Next(run.End);
        }
    }

    /// <summary>The run of pages of the set that begins at the address, within its block and not beyond the limit.</summary>
    public PageRange Run(ulong address, ulong limit)
    {
        var end = address;
        limit = Math.Min(limit, (address >> BlockShift) + 1 << BlockShift);
        while (end < limit && Contains(end)) { end += PageRange.PageBytes; }
        return new PageRange(address, end);
    }

    /// <summary>The parts of the range that are not in the set.</summary>
    public IEnumerable<PageRange> Missing(PageRange range)
    {
        ulong? start = null;
        for (var at = range.Start; at < range.End;)
        {
            // Whole words first: of gigabytes nearly all pages are there, or none.
            var isBlock = blocks.TryGetValue(at >> BlockShift, out var words);
            var (mask, end) = isBlock ? InWord(at, range.End) : (0, Math.Min(range.End, NextBlock(at)));
            var there = isBlock ? words![Word(at)] & mask : 0;
            if (there != 0 && there != mask) { end = at + PageRange.PageBytes; }
            if (there == 0 || (there != mask && (there & Bit(at)) == 0)) { start ??= at; }
            else if (start is { } from)
            {
                yield return new PageRange(from, at);
                start = null;
            }
            at = end;
        }
        if (start is { } last) { yield return new PageRange(last, range.End); }
    }

    /// <summary>The pages from an address on, up to a limit, that one word tells.</summary>
    private static (ulong Mask, ulong End) InWord(ulong address, ulong limit)
    {
        var first = Index(address) % WordBits;
        var pages = (int)Math.Min((ulong)(WordBits - first), (limit - address + PageRange.PageBytes - 1) >> PageRange.PageShift);
        var mask = pages == WordBits ? ulong.MaxValue : ((1UL << pages) - 1) << first;
        return (mask, address + ((ulong)pages << PageRange.PageShift));
    }

    private static ulong NextBlock(ulong address) => ((address >> BlockShift) + 1) << BlockShift;

    private static int Index(ulong address) => (int)(address >> PageRange.PageShift) & (PagesPerBlock - 1);

    private static int Word(ulong address) => Index(address) / WordBits;

    private static ulong Bit(ulong address) => 1UL << (Index(address) % WordBits);
}
