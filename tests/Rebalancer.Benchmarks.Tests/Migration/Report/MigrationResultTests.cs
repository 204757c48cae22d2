using System.Text.Json;
using Rebalancer.Benchmarks.Migration;
using Rebalancer.Benchmarks.Migration.Report;

namespace Rebalancer.Benchmarks.Tests.Migration.Report;

public sealed class MigrationResultTests
{
    private static readonly Combination Runc = new("runc", 512, 50, 1000, 10);

    [Fact]
    public void Of_TenMoves_TakesNearestRanksAndTheMeanOfTheCpuTime()
    {
        var result = MigrationResult.Of(Runc, [.. Enumerable.Range(1, 10).Reverse().Select(n => new MoveSample("none", 100 * n, 10 * n, 20 * n, n, n))], connectionsBroken: 0, repliesWrong: 0);

        Assert.Equal((10, 500.0, 1000.0, 50.0, 100.0, 5L, 5.5), (result.Moves, result.StallP50Ms, result.StallP99Ms, result.FreezeP50Ms, result.TotalP50Ms, result.BytesP50, result.CpuSeconds));
    }

    [Fact]
    public void Of_MoveThatBrokeTheConnection_CountsAsAMoveWithoutAStall()
    {
        var result = MigrationResult.Of(Runc, [new MoveSample("none", null, 10, 20, 1, 1), new MoveSample("none", 300, 10, 20, 1, 1)], connectionsBroken: 1, repliesWrong: 2);

        Assert.Equal((2, 300.0, 1, 2L), (result.Moves, result.StallP50Ms, result.ConnectionsBroken, result.RepliesWrong));
    }

    [Fact]
    public void ToJson_OneSeries_HasExactlyTheFieldsInTheirOrder()
    {
        var json = MigrationReport.ToJson([MigrationResult.Of(Runc, [new MoveSample("none", 1, 2, 3, 4, 5)], 6, 7)]);

        Assert.Equal(
            """[{"method":"runc","strategy":"none","memoryMb":512,"writeMbPerS":50,"linkMbitPerS":1000,"moves":1,"stallP50Ms":1,"stallP99Ms":1,"freezeP50Ms":2,"totalP50Ms":3,"bytesP50":4,"cpuSeconds":5,"connectionsBroken":6,"repliesWrong":7}]""",
            JsonSerializer.Serialize(JsonDocument.Parse(json)));
    }

    [Fact]
    public void ToJson_NothingMoved_SaysNullAndNotZero()
    {
        using var json = JsonDocument.Parse(MigrationReport.ToJson([MigrationResult.Of(Runc, [], 1, 0)]));
        var series = json.RootElement[0];

        Assert.Equal(0, series.GetProperty("moves").GetInt32());
        Assert.All(["stallP50Ms", "stallP99Ms", "freezeP50Ms", "totalP50Ms", "bytesP50", "cpuSeconds"], name => Assert.Equal(JsonValueKind.Null, series.GetProperty(name).ValueKind));
    }

    [Fact]
    public void Ratios_SeriesOfTheSameWorkloadAndLink_AreMultiplesOfRuncs()
    {
        var runc = Of("runc", link: 0, stallMs: 400);
        var other = Of("rebalancer", link: 0, stallMs: 100);

        Assert.Equal(0.25, Ratios.Of(other, [Of("runc", link: 1000, stallMs: 5000), runc, other]).Stall);
        Assert.Equal(new Ratios(1, 1, 1, 1), Ratios.Of(runc, [runc, other]));
    }

    [Fact]
    public void Ratios_RuncNotMeasured_AreUnknown()
    {
        var other = Of("podman", link: 0, stallMs: 100);
        Assert.Equal(new Ratios(null, null, null, null), Ratios.Of(other, [other, Of("runc", link: 1000, stallMs: 1)]));
    }

    private static MigrationResult Of(string method, int link, double stallMs) =>
        MigrationResult.Of(new Combination(method, 64, 0, link, 1), [new MoveSample("none", stallMs, 1, 1, 1, 1)], 0, 0);
}
