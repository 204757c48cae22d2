using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class OvercommitRoomTests
{
    private const long Gigabyte = 1L << 30;
    private const string MemInfo = "MemTotal:        8388608 kB\nSwapTotal:       1048576 kB\nCommitLimit:     5242880 kB\nCommitted_AS:    1048576 kB\n";

    private const string Smaps = """
        100000000-200000000 rw-p 00000000 00:00 0
        VmFlags: rd wr mr mw me ac
        200000000-400000000 rw-p 00000000 00:00 0
        VmFlags: rd wr mr mw me nr
        7e0000000000-7f0000000000 ---p 00000000 00:00 0
        VmFlags: mr mw me
        7f0000000000-7f0100000000 rw-s 00000000 00:01 7                          /dev/zero (deleted)
        VmFlags: rd wr sh mr mw me ms
        """;

    /// <summary>The last case is the kernel of a node that kubelet has set up.</summary>
    [Theory]
    [InlineData("0", 9, 100, true)]
    [InlineData("0", 10, 10, false)]
    [InlineData("2", 1, 4, true)]
    [InlineData("2", 1, 5, false)]
    [InlineData("1", 5000, 5000, true)]
    public void Check_Setting_DecidesWhatMayBeMapped(string setting, long largestGigabytes, long allGigabytes, bool isAllowed)
    {
        var refusal = OvercommitRoom.Check(new MappedMemory(largestGigabytes * Gigabyte, allGigabytes * Gigabyte), setting, MemInfo, "n2");

        Assert.Equal(isAllowed, refusal is null);
        if (refusal is not null)
        {
            Assert.Equal(Reasons.TargetOvercommit, refusal.Reason);
            Assert.Contains($"vm.overcommit_memory={setting}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_Mappings_CountsWhatTheKernelCounts()
    {
        var mapped = MappedMemory.Of(MemoryMap.Parse(Smaps.Split('\n')));

        Assert.Equal(4 * Gigabyte, mapped.LargestBytes);
        Assert.Equal((1024 + 12) * Gigabyte, mapped.AllBytes);
        Assert.Equal(new MappedMemory(4 * Gigabyte, 2 * mapped.AllBytes), mapped.And(mapped));
    }
}
