using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class PageWalkTests
{
    [Fact]
    public void Over_MappingsOfAKind_AreOneWalkAcrossTheGapsBetweenThem()
    {
        var walks = PageWalk.Over(MemoryMap.Parse(
        [
            "00010000-00020000 r-xp 00000000 08:01 77         /usr/bin/redis-server",
            "00020000-00030000 rw-p 00010000 08:01 77         /usr/bin/redis-server",
            "00040000-00050000 rw-p 00000000 00:00 0          [heap]",
            "00070000-00080000 rw-p 00000000 00:00 0 ",
            "00090000-000a0000 rw-s 00000000 00:01 1024       /dev/zero (deleted)",
            "000a0000-000b0000 r-xp 00000000 00:00 0          [vdso]",
            "7fff00000000-7fff00010000 rw-p 00000000 00:00 0  [stack]",
        ]));

        Assert.Equal(
            [
                new PageWalk(new PageRange(0x10000, 0x30000), HasFilePages: true),
                new PageWalk(new PageRange(0x40000, 0x80000), HasFilePages: false),
                new PageWalk(new PageRange(0x90000, 0xb0000), HasFilePages: true),
                new PageWalk(new PageRange(0x7fff00000000, 0x7fff00010000), HasFilePages: false),
            ],
            walks);
    }

    [Fact]
    public void Over_AddressesOfTheKernel_AreLeftOut()
    {
        Assert.Empty(PageWalk.Over(MemoryMap.Parse(["ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]"])));
    }
}
