using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class MemoryMapTests
{
    private const string Smaps = """
        55d0c6a00000-55d0c6a21000 rw-p 00000000 00:00 0                          [heap]
        Size:                132 kB
        Rss:                 100 kB
        Swap:                 28 kB
        SwapPss:              28 kB
        VmFlags: rd wr mr mw me ac
        7f00c8000000-7f00c8021000 rw-p 00000000 00:00 0
        VmFlags: rd wr mr mw me lo ac
        7f00d0000000-7f00d0100000 rw-s 00000000 00:01 1027                       /dev/zero (deleted)
        VmFlags: rd wr sh
        7f00e0000000-7f00e0200000 r-xp 00001000 08:01 42                         /usr/lib/a b.so
        VmFlags: rd ex mr mw me
        7ffd1f5f2000-7ffd1f5f4000 r-xp 00000000 00:00 0                          [vdso]
        VmFlags: rd ex mr mw me de
        7f00f0000000-7f00f0200000 rw-p 00000000 00:00 0
        VmFlags: rd wr mr mw me ac um
        """;

    [Fact]
    public void Parse_Smaps_MappingsWithTheirFlags()
    {
        var areas = MemoryMap.Parse(Smaps.Split('\n'));

        Assert.Equal(["[heap]", "", "/dev/zero (deleted)", "/usr/lib/a b.so", "[vdso]", ""], areas.Select(area => area.Name));
        Assert.Equal([true, false, false, false, false, true], areas.Select(area => area.CanBeLazy));
        Assert.Equal(new PageRange(0x55d0c6a00000, 0x55d0c6a21000), areas[0].Range);
        Assert.False(areas[2].IsPrivate);
        Assert.Equal([128 * 1024, 0, 0, 0, 0, 0], areas.Select(area => area.PopulatedBytes));
        Assert.Equal([5], areas.Index().Where(each => each.Item.HasFault).Select(each => each.Index));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Rss: 4 kB")]
    [InlineData("zz-10 rw-p 0 0 0")]
    [InlineData("10-20")]
    public void Parse_NoMapping_IsPassedOver(string line) => Assert.Empty(MemoryMap.Parse([line]));

    [Fact]
    public void Read_OwnProcess_HasTheVdso() => Assert.Contains(MemoryMap.Read(Environment.ProcessId), area => area is { Name: "[vdso]", IsKernels: true });
}
