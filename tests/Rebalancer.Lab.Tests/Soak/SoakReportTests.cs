using Rebalancer.Lab.Soak;

namespace Rebalancer.Lab.Tests.Soak;

public sealed class SoakReportTests
{
    [Fact]
    public void Percentiles_TwentyMoves_AreNearestRank()
    {
        var series = Series(20);
        Assert.Equal(10, series.FreezeP50Ms);
        Assert.Equal(20, series.FreezeP99Ms);
    }

    [Fact]
    public void Percentiles_NoMove_AreZero() => Assert.Equal(0, Series(0).StallP99Ms);

    private static SoakSeries Series(int moves) => new()
    {
        Cgroup = "v1",
        Owner = "ReplicaSet",
        Moves = [.. Enumerable.Range(1, moves).Reverse().Select(ms => new SoakMove { Number = ms, From = "a", To = "b", FreezeMs = ms, StallMs = ms, Bytes = 1, TotalMs = ms })],
        Replies = 1,
        RepliesWrong = 0,
        ConnectionsBroken = 0,
        Failure = null,
    };
}
