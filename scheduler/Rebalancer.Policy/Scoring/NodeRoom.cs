namespace Rebalancer.Policy.Scoring;

/// <summary>What a pod would take of a node's room. Rows of amounts have the same columns, cpu and memory first; a row that ends early has none of the rest.</summary>
internal static class NodeRoom
{
    private const int Balanced = 2;

    /// <summary>The part of the node that the pod uses up, 0 and up: that of the resource of which it takes the largest part.</summary>
    public static double Share(ReadOnlySpan<long> asked, ReadOnlySpan<long> all)
    {
        var share = 0.0;
        for (var r = 0; r < Math.Min(asked.Length, all.Length); r++)
        {
            share = asked[r] > 0 && all[r] > 0 ? Math.Max(share, (double)asked[r] / all[r]) : share;
        }

        return share;
    }

    /// <summary>How unevenly cpu and memory would be left, 0 to 1.</summary>
    public static double Imbalance(ReadOnlySpan<long> asked, ReadOnlySpan<long> free, ReadOnlySpan<long> all)
    {
        Span<double> left = stackalloc double[Balanced];
        for (var r = 0; r < Balanced; r++)
        {
            left[r] = all[r] > 0 ? Math.Clamp((double)(free[r] - asked[r]) / all[r], 0, 1) : 0;
        }

        return Math.Abs(left[0] - left[1]);
    }

    /// <summary>The first resource of which more is asked for than is free; -1 where there is none.</summary>
    public static int ShortOf(ReadOnlySpan<long> asked, ReadOnlySpan<long> free)
    {
        for (var r = 0; r < asked.Length; r++)
        {
            if (asked[r] > 0 && asked[r] > (r < free.Length ? free[r] : 0))
            {
                return r;
            }
        }

        return -1;
    }
}
