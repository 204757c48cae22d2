using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Throttling;

namespace Rebalancer.Agent.Tests.Throttling;

/// <summary>Whatever happens, a quota is afterwards what it was.</summary>
public sealed class ThrottleTests : IDisposable
{
    private const string Uid = "5f0c", Writer = "writer";
    private readonly string folder = Directory.CreateTempSubdirectory("throttle").FullName;
    private readonly FakeTimeProvider clock = new();

    private string Records => Path.Combine(folder, "quotas");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true, "-1", "42000", "12000")]
    [InlineData(false, "max 100000", "42000 100000", "12000 100000")]
    public void TrySlow_LeavesAShareOfWhatWasUsedBefore_UndoPutsItBack(bool isVersion1, string before, string first, string second)
    {
        var cgroup = new FakeCgroup(Path.Combine(folder, "c"), isVersion1, before);
        var throttle = Measured(cgroup);

        Assert.True(throttle.TrySlow([Writer], 0.7));
        Assert.Equal(first, cgroup.Quota);
        // What it uses now is not what it would.
        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.True(throttle.TrySlow([Writer], 0.2));
        Assert.Equal(second, cgroup.Quota);

        throttle.Undo();
        Assert.Equal(before, cgroup.Quota);
        Assert.Empty(Directory.GetFiles(Records));
        Assert.False(throttle.TrySlow([Writer], 0.2));
        Assert.Equal(before, cgroup.Quota);
    }

    [Fact]
    public void TrySlow_OnlyOneContainerWrites_TheOthersKeepTheirQuotas()
    {
        var (cgroup, other) = (New("c"), New("d"));
        var throttle = Measured(cgroup, other);

        Assert.True(throttle.TrySlow([Writer], 0.5));

        Assert.Equal(("30000", "-1"), (cgroup.Quota, other.Quota));
    }

    [Fact]
    public void TrySlow_ChangeThatCannotBeRecorded_IsNotMade()
    {
        var cgroup = New("c");
        var throttle = Measured(cgroup);
        File.WriteAllText(Records, "no folder");

        Assert.False(throttle.TrySlow([Writer], 0.5));
        Assert.Equal("-1", cgroup.Quota);
        Assert.StartsWith("its CPU quota cannot be changed", throttle.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_NoCpuController_IsTheObstacle()
    {
        var throttle = new Throttle(Uid, New(), clock, NullLogger.Instance);
        throttle.Measure([State("", Writer)]);

        Assert.Equal("container writer has no CPU controller in its cgroup", throttle.Obstacle);
        Assert.False(throttle.TrySlow([Writer], 0.5));
    }

    [Fact]
    public void UndoAll_AfterACrashInAnyStep_QuotaIsWhatItWas()
    {
        var cgroup = New("c");
        var throttle = Measured(cgroup);
        throttle.TrySlow([Writer], 0.7);
        throttle.TrySlow([Writer], 0.4);
        // As if the agent had died after it recorded the second step and before it took it.
        cgroup.Quota = "42000";

        New().UndoAll();

        Assert.Equal("-1", cgroup.Quota);
        Assert.Empty(Directory.GetFiles(Records));
    }

    [Fact]
    public void UndoAll_SomebodyElseSetAnotherQuota_ThatStays()
    {
        var cgroup = New("c");
        Measured(cgroup).TrySlow([Writer], 0.7);
        cgroup.Quota = "80000";

        New().UndoAll();

        Assert.Equal("80000", cgroup.Quota);
        Assert.Empty(Directory.GetFiles(Records));
    }

    [Fact]
    public void UndoAll_CgroupIsGone_RecordIsDeleted()
    {
        var cgroup = New("c");
        Measured(cgroup).TrySlow([Writer], 0.7);
        Directory.Delete(cgroup.Folder, recursive: true);

        New().UndoAll();

        Assert.Empty(Directory.GetFiles(Records));
    }

    [Fact]
    public void UndoAll_RecordThatIsNone_StaysForAPersonAndTheOthersAreUndone()
    {
        var cgroup = New("c");
        Measured(cgroup).TrySlow([Writer], 0.7);
        File.WriteAllText(Path.Combine(Records, "0000"), "[{");

        New().UndoAll();

        Assert.Equal("-1", cgroup.Quota);
        Assert.Equal("0000", Path.GetFileName(Assert.Single(Directory.GetFiles(Records))));
    }

    private QuotaRecords New() => new(NullLogger<QuotaRecords>.Instance, Records);

    private FakeCgroup New(string name) => new(Path.Combine(folder, name), isVersion1: true, "-1");

    /// <summary>Each has used 0.6 CPUs for ten seconds; the first is the writer.</summary>
    private Throttle Measured(params FakeCgroup[] cgroups)
    {
        var throttle = new Throttle(Uid, New(), clock, NullLogger.Instance);
        throttle.Measure(cgroups.Select((each, index) => State(each.Folder, index == 0 ? Writer : $"other{index}")));
        clock.Advance(TimeSpan.FromSeconds(10));
        foreach (var each in cgroups) { each.Use(TimeSpan.FromSeconds(6)); }
        return throttle;
    }

    private static RuncState State(string cgroup, string name) =>
        new("id", 1, 1, "", new Dictionary<string, string> { ["io.kubernetes.cri.container-name"] = name }) { CpuCgroup = cgroup, AccountingCgroup = cgroup };
}
