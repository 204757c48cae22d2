using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class PageSetTests
{
    private const ulong Block = PageSet.BlockBytes;

    [Fact]
    public void AddAndRemove_OverlappingRanges_CountEachPageOnce()
    {
        var set = new PageSet();
        set.Add(Pages(0, 10));
        set.Add(Pages(5, 20));
        Assert.Equal(20, set.Count);

        set.Remove(Pages(8, 9));
        set.Remove(Pages(8, 100));

        Assert.Equal(8, set.Count);
        Assert.True(set.Contains(7 << 12));
        Assert.False(set.Contains(8 << 12));
    }

    [Fact]
    public void Remove_HugeRange_TakesWhatLiesInItOnly()
    {
        var set = new PageSet();
        set.Add(Pages(1, 2));
        set.Add(new PageRange(Block * 1000, (Block * 1000) + 4096));
        set.Add(new PageRange(Block * 2000, (Block * 2000) + 4096));

        set.Remove(new PageRange(4096 * 2, Block * 1500));

        Assert.Equal(2, set.Count);
        Assert.True(set.Contains(4096));
        Assert.True(set.Contains(Block * 2000));
    }

    [Theory]
    [InlineData(0, 3 << 12)]
    [InlineData(3 << 12, 3 << 12)]
    [InlineData(4 << 12, 600 << 12)]
    [InlineData(600 << 12, 600 << 12)]
    public void Next_FindsTheFirstAtOrAbove(ulong from, ulong expected)
    {
        var set = new PageSet();
        set.Add(Pages(3, 4));
        set.Add(Pages(600, 601));

        Assert.Equal(expected, set.Next(from));
        Assert.Null(set.Next(601 << 12));
    }

    [Fact]
    public void Run_StopsAtHolesLimitsAndBlocks()
    {
        var set = new PageSet();
        set.Add(Pages(500, 600));
        set.Remove(Pages(505, 506));

        Assert.Equal(Pages(500, 505), set.Run(500 << 12, ulong.MaxValue));
        Assert.Equal(Pages(506, 512), set.Run(506 << 12, ulong.MaxValue));
        Assert.Equal(Pages(512, 514), set.Run(512 << 12, 514 << 12));
        Assert.Equal(0UL, set.Run(505 << 12, ulong.MaxValue).Bytes);
    }

    [Fact]
    public void Missing_IsWhatTheSetLacksOfTheRange()
    {
        var set = new PageSet();
        set.Add(Pages(2, 4));

        Assert.Equal([Pages(0, 2), Pages(4, 6)], set.Missing(Pages(0, 6)));
        Assert.Empty(set.Missing(Pages(2, 4)));
    }

    /// <summary>Ranges that begin and end anywhere in words and blocks, held against a set that knows each page by itself.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyRanges_SameAsPageByPage(int seed)
    {
        const int Limit = 1600;
        var random = new Random(seed);
        var set = new PageSet();
        var pages = new HashSet<ulong>();
        for (var step = 0; step < 300; step++)
        {
            var start = (ulong)random.Next(Limit);
            var end = start + (ulong)random.Next(random.Next(2) == 0 ? 5 : Limit / 2);
            var isAdded = random.Next(3) > 0;
            if (isAdded) { set.Add(Pages(start, end)); }
            else { set.Remove(Pages(start, end)); }
            for (var page = start; page < end; page++) { _ = isAdded ? pages.Add(page) : pages.Remove(page); }

            Assert.Equal(pages.Count, set.Count);
            var missing = set.Missing(Pages(start / 2, Limit * 2)).ToList();
            Assert.All(missing.Zip(missing.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Start));
            Assert.Equal(
                Enumerable.Range((int)start / 2, (Limit * 2) - ((int)start / 2)).Select(page => (ulong)page).Where(page => !pages.Contains(page)),
                missing.SelectMany(range => Enumerable.Range((int)(range.Start >> 12), (int)range.Pages).Select(page => (ulong)page)));
        }
    }

    [Fact]
    public void Copy_IsItsOwn()
    {
        var set = new PageSet();
        set.Add(Pages(0, 4));
        var copy = set.Copy();
        set.Clear();

        Assert.Equal((0L, 4L), (set.Count, copy.Count));
        Assert.Equal(0UL, copy.Next(0));
    }

    private static PageRange Pages(ulong from, ulong to) => new(from << 12, to << 12);
}
