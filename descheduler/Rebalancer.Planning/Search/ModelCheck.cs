namespace Rebalancer.Planning.Search;

/// <summary>What is wrong with the numbers of a model.</summary>
internal static class ModelCheck
{
    private const int MaximumListed = 20;

    public static IEnumerable<string> Errors(long[][] requirements, long[][] capacities, int[] initial, bool[] isTransient, int[]? movable, long maximum) =>
    [
        .. capacities.Length == 0 ? ["there are no bins"] : Array.Empty<string>(),
        .. Rows("item", requirements, isTransient.Length, maximum),
        .. Rows("bin", capacities, isTransient.Length, maximum),
        .. initial.Length == requirements.Length ? Array.Empty<string>() : [$"{initial.Length} first bins for {requirements.Length} items"],
        .. initial.Select((bin, item) => (bin, item)).Where(x => x.bin < 0 || x.bin >= capacities.Length).Select(x => $"item {x.item}: first bin {x.bin} is none of {capacities.Length}"),
        .. (movable ?? []).Where(item => item < 0 || item >= requirements.Length).Select(item => $"movable item {item} is none of {requirements.Length}"),
    ];

    public static void Throw(IEnumerable<string> errors)
    {
        var all = errors.ToList();
        if (all.Count == 0) { return; }
        var more = all.Count > MaximumListed ? $"; and {all.Count - MaximumListed} more" : "";
        throw new ArgumentException(string.Join("; ", all.Take(MaximumListed)) + more);
    }

    private static IEnumerable<string> Rows(string kind, long[][] rows, int length, long maximum)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length != length) { yield return $"{kind} {i}: {rows[i].Length} resources instead of {length}"; }
            for (var r = 0; r < rows[i].Length; r++)
            {
                if (rows[i][r] < 0 || rows[i][r] > maximum) { yield return $"{kind} {i}: resource {r} is {rows[i][r]}, outside 0 to {maximum}"; }
            }
        }
    }
}
