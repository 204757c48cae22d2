using Rebalancer.Agent.Throttling;

namespace Rebalancer.Agent.Tests.Throttling;

public sealed class CpuQuotaTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("quota").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true, "-1", 0.5, "50000")]
    [InlineData(true, "30000", 0.5, "30000")]
    [InlineData(true, "-1", 0.0001, "1000")]
    [InlineData(false, "max 100000", 0.5, "50000 100000")]
    [InlineData(false, "150000 50000", 2, "100000 50000")]
    [InlineData(false, "20000 100000", 2, "20000 100000")]
    public void Limited_IsAQuotaOfThatManyCpusButNoMoreThanBefore(bool isVersion1, string before, double cpus, string expected)
    {
        var cgroup = new FakeCgroup(folder, isVersion1, before);
        var quota = CpuQuota.TryOpen(folder, folder)!;

        Assert.Equal(expected, quota.Limited(quota.Value, cpus));
        quota.Put(expected);
        Assert.Equal(expected, cgroup.Quota);
    }

    [Theory]
    [InlineData(true, "-1")]
    [InlineData(false, "max 100000")]
    public void Used_IsTheCpuTimeOfTheCgroup(bool isVersion1, string quota)
    {
        new FakeCgroup(folder, isVersion1, quota).Use(TimeSpan.FromMilliseconds(1234.5));

        Assert.Equal(TimeSpan.FromMilliseconds(1234.5), CpuQuota.TryOpen(folder, folder)!.Used());
    }

    [Fact]
    public void TryOpen_CgroupWithoutCpuController_IsNull()
    {
        File.WriteAllText(Path.Combine(folder, "cpu.stat"), "usage_usec 1\n");

        Assert.Null(CpuQuota.TryOpen(folder, folder));
        Assert.Null(CpuQuota.TryOpen("", ""));
    }
}
