using System.Text.Json;
using Rebalancer.Lab.Demo;

namespace Rebalancer.Lab.Tests.Demo;

public sealed class DemoReportTests
{
    [Fact]
    public async Task Write_Report_HasExactlyThePromisedFields()
    {
        var report = new DemoReport
        {
            Migrations =
            [
                new DemoMigration
                {
                    Pod = "redis-x", From = "spot-1", To = "spot-2", Strategy = "StopAndCopy", FreezeMs = 301.5, ClientLongestStallMs = 310, ConnectionsKept = 1,
                    ConnectionsBroken = 0, RepliesWrong = 0, Bytes = 112_000_000,
                },
            ],
            DeadlineMetSeconds = 111.2,
            CostPerHourUsdBefore = 0.16m,
            CostPerHourUsdAfter = 0.13m,
            Plan = new DemoPlan("demo-1", "Act", "saves", "Completed", 2, ["od-1", "od-2"]),
            PredictedSavingsPerHourUsd = 0.2016m,
            RealisedSavingsPerHourUsd = 0.2016m,
            Exports = ["demo-savings.csv"],
        };
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "demo.json");
        await report.WriteAsync(path, CancellationToken.None);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Equal(["migrations", "deadlineMetSeconds", "costPerHourUsdBefore", "costPerHourUsdAfter", "plan", "predictedSavingsPerHourUsd", "realisedSavingsPerHourUsd", "exports"], Fields(json.RootElement));
        Assert.Equal(
            ["pod", "from", "to", "strategy", "freezeMs", "clientLongestStallMs", "connectionsKept", "connectionsBroken", "repliesWrong", "bytes"],
            Fields(json.RootElement.GetProperty("migrations")[0]));
        Assert.Equal(0.13m, json.RootElement.GetProperty("costPerHourUsdAfter").GetDecimal());
    }

    private static string[] Fields(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
