using Rebalancer.Benchmarks.Vmr;

namespace Rebalancer.Benchmarks.Tests.Vmr;

public sealed class VmrTests
{
    /// <summary>Two hosts of one cluster and one of another. Fragments: 8 + 4, 8 + 0, 12 + 0 of 48 free vCPUs.</summary>
    private static readonly VmrSnapshot Snapshot = new(
        [new("a", 0, [8, 20], [1000, 1000]), new("b", 0, [8, 0], [1000, 1000]), new("c", 1, [12, 0], [1000, 1000])],
        [new("x", 0, 0, 0, 8, 100, true), new("y", 0, 1, 0, 8, 100, true), new("wide", 0, 1, VmrLayout.Both, 8, 100, true), new("fixed", 0, 0, 0, 8, 100, false)],
        [[0, 1]]);

    [Fact]
    public void Replay_Nothing_HasTheRateOfTheFile() => Assert.Equal(32.0 / 48, new VmrReplay(Snapshot).FragmentRate, 12);

    [Theory]
    [InlineData(0, 0, 0, "there already")]
    [InlineData(0, 2, 0, "another cluster")]
    [InlineData(0, 1, VmrLayout.Both, "number of NUMA nodes")]
    [InlineData(0, 1, 1, "0 vCPU")]
    [InlineData(0, 1, 0, "its group")]
    [InlineData(3, 1, 0, "may not move")]
    public void Replay_MigrationThatBreaksARule_SaysWhich(int vm, int host, int layout, string part) =>
        Assert.Contains(part, new VmrReplay(Snapshot).Make(new VmrMove(vm, host, layout)), StringComparison.Ordinal);

    [Fact]
    public void Replay_WideVm_TakesHalfInEachNode()
    {
        var replay = new VmrReplay(Snapshot);

        Assert.Null(replay.Make(new VmrMove(2, 0, VmrLayout.Both)));
        Assert.Equal((0 + 12) + (0 + 8) + (12 + 0), replay.Fragments);
    }

    [Fact]
    public void Solve_Sample_KeepsTheRulesAndTheBound()
    {
        var ungrouped = Snapshot with { Groups = [] };

        var result = VmrBenchmark.Solve(ungrouped, "sample", 1, 0.5, 1, 1, TimeProvider.System);

        // x joins the free half of b, or y that of a: one whole slot, 16 fragments fewer.
        Assert.Equal(16.0 / 48, result.FragmentRate, 12);
        Assert.InRange(result.Plan.Count, 1, 1);
        Assert.True(result.Bound <= result.FragmentRate);
    }
}
