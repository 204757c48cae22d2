namespace Rebalancer.Planning.Search;

/// <summary>Which items are in each bin, in no order, with insertion and removal in constant time.</summary>
internal sealed class BinContents
{
    private readonly int[][] items;
    private readonly int[] counts;
    private readonly int[] position;

    /// <param name="assignment">The bin of each item; below 0 for none.</param>
    public BinContents(ReadOnlySpan<int> assignment, int binCount)
    {
        counts = new int[binCount];
        foreach (var b in assignment)
        {
            if (b >= 0) { counts[b]++; }
        }

        items = [.. counts.Select(n => new int[n + 4])];
        Array.Clear(counts);
        position = new int[assignment.Length];
        for (var item = 0; item < assignment.Length; item++) { Move(item, -1, assignment[item]); }
    }

    public int Count(int bin) => counts[bin];

    public int Item(int bin, int index) => items[bin][index];

    public ReadOnlySpan<int> Items(int bin) => items[bin].AsSpan(0, counts[bin]);

    public void Move(int item, int from, int to)
    {
        if (from >= 0) { Remove(item, from); }
        if (to >= 0) { Insert(item, to); }
    }

    private void Remove(int item, int bin)
    {
        var last = items[bin][--counts[bin]];
        items[bin][position[item]] = last;
        position[last] = position[item];
    }

    private void Insert(int item, int bin)
    {
        if (counts[bin] == items[bin].Length) { Array.Resize(ref items[bin], counts[bin] * 2); }
        position[item] = counts[bin];
        items[bin][counts[bin]++] = item;
    }
}
