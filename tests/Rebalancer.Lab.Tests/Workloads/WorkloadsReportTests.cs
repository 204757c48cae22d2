using Rebalancer.Lab.Soak;
using Rebalancer.Lab.Workloads;

namespace Rebalancer.Lab.Tests.Workloads;

public sealed class WorkloadsReportTests
{
    [Fact]
    public void ExitCode_AllChecked_IsZero() => Assert.Equal(0, new WorkloadsReport([Series("all there", null), Series("all there", null)]).ExitCode);

    [Fact]
    public void ExitCode_OneLost_IsOne() => Assert.Equal(1, new WorkloadsReport([Series("all there", null), Series(null, "one commit is missing")]).ExitCode);

    [Fact]
    public void ExitCode_NothingChecked_IsOne()
    {
        Assert.Equal(1, new WorkloadsReport([Series(null, null)]).ExitCode);
        Assert.Equal(1, new WorkloadsReport([]).ExitCode);
    }

    private static WorkloadSeries Series(string? found, string? failure) => new()
    {
        Workload = "postgres",
        Cgroup = "v2",
        Moves = [new SoakMove { Number = 1, From = "left", To = "right", FreezeMs = 1, StallMs = 1, Bytes = 1, TotalMs = 1 }],
        Replies = 1,
        Checked = found,
        Failure = failure,
    };
}
