using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class RangesTests
{
    [Fact]
    public void Intersect_CutsAtTheBordersOfBoth() =>
        Assert.Equal([Of(2, 4), Of(6, 8), Of(8, 9)], Ranges.Intersect([Of(0, 4), Of(6, 9)], [Of(2, 5), Of(5, 8), Of(8, 20)]));

    [Fact]
    public void Intersect_ListThatDoesNotAscend_Throws()
    {
        Assert.Throws<ArgumentException>(() => Ranges.Intersect([Of(5, 6), Of(1, 2)], [Of(0, 9)]));
        Assert.Throws<ArgumentException>(() => Ranges.Intersect([Of(0, 9)], [Of(0, 5), Of(4, 9)]));
    }

    [Fact]
    public void Disjoint_OverlapsAndDisorder_SameAddressesAscending() =>
        Assert.Equal([Of(0, 4), Of(4, 6), Of(8, 9)], Ranges.Disjoint([Of(8, 9), Of(2, 6), Of(0, 4), Of(1, 3)]));

    private static PageRange Of(ulong from, ulong to) => new(from << 12, to << 12);
}
