using Rebalancer.Benchmarks.Risk;
using Rebalancer.Policy.Risk.Recorded;
using Xunit;

namespace Rebalancer.Benchmarks.Tests.Risk;

public sealed class RiskBenchmarkTests
{
    private static readonly string[] Models = ["constant", "per-zone", "age", "age-availability", "baseline", "model"];

    [Fact]
    public void InTime_ScoresEveryModelOnTheLastPart()
    {
        var run = RiskBenchmark.InTime(Set(), 60);

        Assert.Equal(Models, run.Results.Select(r => r.Model));
        Assert.All(run.Results, r => Assert.Equal(("set", "70/30", 60), (r.Set, r.Split, r.HorizonMinutes)));
    }

    [Fact]
    public void OutOfZone_PoolOfAZoneLeftOut_HasNoRateOfItsOwn()
    {
        var results = RiskBenchmark.OutOfZone(Set(), 60).Results.ToDictionary(r => r.Model);

        Assert.Equal(results["constant"].Brier, results["per-zone"].Brier);
        Assert.True(results["baseline"].Brier < results["constant"].Brier);
    }

    [Fact]
    public void OnOthers_EachTestSetIsScored_AndPeriodsNeedNotBeAlike()
    {
        var run = RiskBenchmark.OnOthers([Set()], [new TraceSet("other", [Trace("c", 300, 25)]), Set()], 30);

        Assert.Equal(["other", "set"], run.Results.Select(r => r.Set).Distinct());
        Assert.All(run.Results, r => Assert.InRange(r.Brier, 0, 1));
    }

    private static TraceSet Set() => new("set", [Trace("a", 600, 200), Trace("b", 600, 8), Trace("c", 600, 50)]);

    /// <summary>Lost for one tick every so often.</summary>
    private static PoolTrace Trace(string zone, double gapSeconds, int every) => new("v100", zone, gapSeconds, [.. Enumerable.Range(1, 2000).Select(i => i % every == 0 ? 0 : 1)]);
}
