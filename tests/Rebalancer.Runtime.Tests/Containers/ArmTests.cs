using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Containers;

public sealed class ArmTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly TestNode node = new();

    public void Dispose() => node.Dispose();

    [Fact]
    public void Arm_FrozenCgroupOfVersion1_LooksAliveAndCanOnlyDie()
    {
        using var cgroup = new TestCgroup(1);
        cgroup.StartWriters(node.Folder, count: 4);
        Assert.True(cgroup.Freezer.Freeze(Limit));
        var (pids, written) = (cgroup.Freezer.Pids().Count, TestCgroup.Written(node.Folder));

        cgroup.Freezer.Arm();

        Assert.True(cgroup.Freezer.IsFrozen);
        Assert.Equal(pids, cgroup.Freezer.Pids().Count);
        cgroup.Freezer.Thaw();
        TestCgroup.Eventually(() => cgroup.Freezer.Pids().Count == 0, "all are dead");
        Assert.Equal(written, TestCgroup.Written(node.Folder));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Arm_RunningOrOfVersion2_ChangesNothing(int version, bool freeze)
    {
        using var cgroup = new TestCgroup(version);
        cgroup.Start("exec sleep 1000");
        if (freeze) { Assert.True(cgroup.Freezer.Freeze(Limit)); }

        cgroup.Freezer.Arm();

        cgroup.Freezer.Thaw();
        Assert.Single(cgroup.Freezer.Pids());
    }
}
