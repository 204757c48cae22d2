using System.Text.Json.Nodes;
using Rebalancer.Benchmarks.Planner;
using Rebalancer.Benchmarks.Roadef;

namespace Rebalancer.Benchmarks.Tests.Planner;

public sealed class PlannerReportTests
{
    [Fact]
    public void With_AnotherPart_LeavesTheRest()
    {
        var report = JsonNode.Parse(PlannerReport.With("""{"exact":{"instances":3},"roadef":[]}""", "roadef", (RoadefResult[])[RoadefResult.Create("b_1", 300, 2, 1000, 500, 510)]))!;

        Assert.Equal(3, (int)report["exact"]!["instances"]!);
        var row = report["roadef"]![0]!;
        Assert.Equal(("b_1", 300.0, 2, 1000L, 500L, 510L, 1.0), ((string)row["instance"]!, (double)row["seconds"]!, (int)row["threads"]!, (long)row["initial"]!, (long)row["best"]!, (long)row["cost"]!, (double)row["score"]!));
    }
}
