using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>Pure operations on ascending lists of ranges.</summary>
internal static class Ranges
{
    /// <summary>What lies in both lists; cut at the borders of both.</summary>
    public static IEnumerable<PageRange> Intersect(IReadOnlyList<PageRange> first, IReadOnlyList<PageRange> second)
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
