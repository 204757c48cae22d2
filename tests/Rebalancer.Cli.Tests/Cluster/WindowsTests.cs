using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Tests.Cluster;

/// <summary>The clock begins at noon UTC on Monday 2026-01-05.</summary>
public sealed class WindowsTests
{
    private static readonly BudgetSpec Nightly = new() { Nodes = "10%", Schedule = "0 2 * * MON-FRI", Duration = "2h", TimeZone = "Europe/Berlin" };

    [Fact]
    public async Task Windows_Cluster_NowAndNextInTheZoneAndUtc()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PolicyAsync("default", new RebalancePolicySpec { Budgets = [Nightly, new BudgetSpec { Mode = BudgetModes.Deny, Reasons = [MoveReasons.Replacement] }] });

        var policy = (await world.Json("windows", "--count", "2"))[0];
        var consolidation = policy.GetProperty("reasons")[0];
        Assert.Equal(("Consolidation", false), (consolidation.GetProperty("reason").GetString(), consolidation.GetProperty("open").GetBoolean()));
        Assert.Equal(2, consolidation.GetProperty("openings").GetArrayLength());
        Assert.Equal(DateTimeOffset.Parse("2026-01-06T01:00Z", null), consolidation.GetProperty("until").GetDateTimeOffset());
        Assert.Equal("budgets[1] (Deny) denies it", policy.GetProperty("reasons")[1].GetProperty("closedBecause").GetString());
        Assert.Equal(0, policy.GetProperty("reasons")[1].GetProperty("openings").GetArrayLength());

        var (exit, table, errors) = await world.Run("windows", "default");
        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains("Tue 2026-01-06 02:00 - Tue 2026-01-06 04:00", table, StringComparison.Ordinal);
        Assert.Contains("Tue 2026-01-06 01:00 - Tue 2026-01-06 03:00", table, StringComparison.Ordinal);
        Assert.Contains("10% nodes", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_File_NeedsNoCluster()
    {
        var file = Path.Combine(ClusterWorld.Repository(), "manifests", "examples", "policy.yaml");

        var (exit, output, errors) = await CommandLine.Run("windows", "--policy", file);

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains("RebalancePolicy policy.yaml", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_BadCountOrPolicy_Exit1()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PolicyAsync("default", new RebalancePolicySpec { Budgets = [new BudgetSpec { Nodes = "1", Schedule = "0 25 * * *", Duration = "1h" }] });

        Assert.Contains("--count: value is '0'", (await world.Run("windows", "--count", "0")).Errors, StringComparison.Ordinal);
        var bad = await world.Run("windows");
        Assert.Equal(1, bad.Exit);
        Assert.Contains("RebalancePolicy default: spec.budgets[0].schedule is '0 25 * * *'", bad.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await world.Run("windows", "nobody")).Exit);
    }
}
