using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>Pure operations on ascending lists of ranges.</summary>
internal static class Ranges
{
    /// <summary>What lies in both lists; cut at the borders of both.</summary>
    /// <exception cref="ArgumentException">A list does not ascend: pages would be missing in the result.</exception>
    public static IEnumerable<PageRange> Intersect(IReadOnlyList<PageRange> first, IReadOnlyList<PageRange> second)
    {
        RequireAscending(first, nameof(first));
        RequireAscending(second, nameof(second));
        return IntersectAscending(first, second);
    }

    /// <summary>The same addresses as an ascending list. A list of mappings that was read while they changed may name some twice.</summary>
    public static IReadOnlyList<PageRange> Disjoint(IEnumerable<PageRange> ranges)
    {
        var disjoint = new List<PageRange>();
        foreach (var range in ranges.OrderBy(range => range.Start))
        {
            if (disjoint.Count == 0 || range.Start >= disjoint[^1].End) { disjoint.Add(range); }
            else if (range.End > disjoint[^1].End) { disjoint.Add(new PageRange(disjoint[^1].End, range.End)); }
        }
        return disjoint;
    }

    private static void RequireAscending(IReadOnlyList<PageRange> ranges, string name)
    {
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Start < ranges[i - 1].End) { throw new ArgumentException($"the range at {ranges[i].Start:x} comes after one that ends at {ranges[i - 1].End:x}", name); }
        }
    }

    private static IEnumerable<PageRange> IntersectAscending(IReadOnlyList<PageRange> first, IReadOnlyList<PageRange> second)
    {
        for (int i = 0, j = 0; i < first.Count && j < second.Count;)
        {
            var start = Math.Max(first[i].Start, second[j].Start);
            var end = Math.Min(first[i].End, second[j].End);
            if (start < end) { yield return new PageRange(start, end); }
            if (first[i].End < second[j].End) { i++; }
            else { j++; }
        }
    }
}
