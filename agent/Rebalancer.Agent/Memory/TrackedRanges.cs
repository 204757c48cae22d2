using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>Ranges of pages that are told one after another, in the order of addresses. Pure.</summary>
internal sealed class TrackedRanges
{
    private readonly List<TrackedRange> ranges = [];

    public IReadOnlyList<TrackedRange> All => ranges;

    /// <summary>Lengthens the last range, or begins another.</summary>
    public void Add(PageRange range, bool isWritten)
    {
        if (ranges.Count > 0 && ranges[^1] is var last && last.Range.End == range.Start && last.IsWritten == isWritten) { ranges[^1] = last with { Range = last.Range with { End = range.End } }; }
        else { ranges.Add(new TrackedRange(range, isWritten)); }
    }

    /// <summary>One page.</summary>
    public void Add(ulong address, bool isWritten) => Add(new PageRange(address, address + PageRange.PageBytes), isWritten);

    /// <summary>All populated pages of a block.</summary>
    public void Add(PageBlock block)
    {
        foreach (var (first, count) in PageBlock.Runs(block.Populated))
        {
            for (var page = first; page < first + count; page++) { Add(block.Address(page), (block.Written >> page & 1) != 0); }
        }
    }

    /// <summary>Pages of a block.</summary>
    public void Add(PageBlock block, ulong pages, bool isWritten)
    {
        foreach (var (first, count) in PageBlock.Runs(pages)) { Add(new PageRange(block.Address(first), block.Address(first + count)), isWritten); }
    }
}
