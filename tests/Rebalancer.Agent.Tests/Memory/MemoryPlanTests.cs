using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class MemoryPlanTests
{
    private const uint Private = 0x02, Shared = 0x01, Anonymous = 0x20, Locked = 0x2000;
    private const uint Regular = 1, Vdso = 1 << 3, FilePrivate = 1 << 6, AnonymousPrivate = 1 << 9;

    [Fact]
    public void Of_EachKindOfMapping_GoesItsWay()
    {
        ImageArea[] areas =
        [
            new(Pages(0, 10), Private | Anonymous, Regular | AnonymousPrivate),
            new(Pages(10, 20), Private, Regular | FilePrivate),
            new(Pages(20, 30), Private | Anonymous | Locked, Regular | AnonymousPrivate),
            new(Pages(30, 40), Shared | Anonymous, Regular | (1 << 8)),
            new(Pages(40, 42), Private | Anonymous, Regular | Vdso | AnonymousPrivate),
        ];

        var plan = MemoryPlan.Of(areas, [Pages(5, 42)], new PageSet());

        Assert.Equal([Pages(5, 10)], plan.Lazy);
        Assert.Equal([Pages(10, 20), Pages(20, 30)], plan.Eager);
        Assert.Equal(plan.Lazy, plan.Unsent);
    }

    [Fact]
    public void Of_NeighbouringMappings_RunsAreCutAtTheirBorder()
    {
        ImageArea[] areas = [new(Pages(10, 20), Private | Anonymous, Regular | AnonymousPrivate), new(Pages(0, 10), Private | Anonymous, Regular | AnonymousPrivate)];

        Assert.Equal([Pages(0, 10), Pages(10, 20)], MemoryPlan.Of(areas, [Pages(0, 20)], new PageSet()).Lazy);
    }

    [Fact]
    public void Of_SentPages_OnlyTheOthersAreUnsent()
    {
        var clean = new PageSet();
        clean.Add(Pages(2, 4));
        clean.Add(Pages(6, 100));

        var plan = MemoryPlan.Of([new(Pages(0, 8), Private | Anonymous, Regular | AnonymousPrivate)], [Pages(0, 5), Pages(6, 8)], clean);

        Assert.Equal([Pages(0, 2), Pages(4, 5)], plan.Unsent);
    }

    private static PageRange Pages(ulong from, ulong to) => new(from << 12, to << 12);
}
