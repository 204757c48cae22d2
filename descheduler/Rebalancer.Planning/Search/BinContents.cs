namespace Rebalancer.Planning.Search;

/// <summary>Which items are in each bin, in no order, with insertion and removal in constant time.</summary>
internal sealed class BinContents
{
    private readonly int[][] items;
    private readonly int[] counts;
    private readonly int[] position;

    public BinContents(AssignmentModel model)
    {
        counts = new int[model.BinCount];
        foreach (var b in model.InitialAssignment) { counts[b]++; }
        items = [.. counts.Select(n => new int[n + 4])];
        Array.Clear(counts);
        position = new int[model.ItemCount];
        for (var item = 0; item < model.ItemCount; item++) { Insert(item, model.Initial[item]); }
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
