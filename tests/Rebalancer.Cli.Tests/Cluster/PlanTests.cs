using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Tests.Cluster;

/// <summary>plan, explain and nodes without a file.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task Plan_TwoHalfEmptyNodes_EmptiesOneByTheClustersPolicy()
    {
        await using var world = await ClusterWorld.StartAsync();
        await TwoNodesAsync(world);
        await world.PolicyAsync("default", new RebalancePolicySpec { LeastSavingShare = new("0.01"), DisruptionTolerance = new("100") });

        var plan = await world.Json("plan", "--iterations", "50");

        Assert.Equal("Act", plan.GetProperty("verdict").GetString());
        Assert.Equal("a", plan.GetProperty("freedNodes")[0].GetProperty("name").GetString());
        Assert.Equal("redis", plan.GetProperty("waves")[0].GetProperty("moves")[0].GetProperty("pod").GetString());
    }

    [Fact]
    public async Task Plan_SeveralPolicies_OneMustBeNamed()
    {
        await using var world = await ClusterWorld.StartAsync();
        await TwoNodesAsync(world);
        await world.PolicyAsync("day");
        await world.PolicyAsync("night");

        var (exit, _, errors) = await world.Run("plan");
        Assert.Equal(1, exit);
        Assert.Contains("--policy-name: value is '', expected one of day, night", errors, StringComparison.Ordinal);

        Assert.Equal(0, (await world.Run("plan", "--policy-name", "night", "--iterations", "10")).Exit);
        Assert.Equal(1, (await world.Run("plan", "--policy-name", "noon")).Exit);
    }

    [Fact]
    public async Task Plan_RebalancerNotInstalled_ByTheDefaultsAndSaysSo()
    {
        await using var world = await ClusterWorld.StartAsync(installed: false);
        await world.NodeAsync("a", agent: false);

        var (exit, output, errors) = await world.Run("plan", "--iterations", "10");

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains("made by the defaults", output, StringComparison.Ordinal);
        Assert.Contains("No node has an agent", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_EmptyCluster_Exit1()
    {
        await using var world = await ClusterWorld.StartAsync();

        Assert.Equal(1, (await world.Run("plan")).Exit);
    }

    [Theory]
    [InlineData("shop/redis", 0)]
    [InlineData("shop/nobody", 1)]
    public async Task Explain_Pod_OfTheCluster(string pod, int exit)
    {
        await using var world = await ClusterWorld.StartAsync();
        await TwoNodesAsync(world);

        var outcome = await world.Run("explain", "--pod", pod, "--iterations", "50");

        Assert.Equal(exit, outcome.Exit);
        Assert.Contains(exit == 0 ? "The plan moves shop/redis from a to b" : "--pod: value is 'shop/nobody'", exit == 0 ? outcome.Output : outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_Cluster_CostRoomAndAgent()
    {
        await using var world = await ClusterWorld.StartAsync();
        await TwoNodesAsync(world);
        await world.NodeAsync("c", "-1", agent: false);

        var rows = await world.Json("nodes");

        Assert.Equal(3, rows.GetArrayLength());
        var a = rows[0];
        Assert.Equal(("a", 0.3m, "Annotation", 3.5m, 4m, 1, "a:9551"), (a.GetProperty("name").GetString(), a.GetProperty("usdPerHour").GetDecimal(), a.GetProperty("priceSource").GetString(), a.GetProperty("cpuFree").GetDecimal(), a.GetProperty("cpu").GetDecimal(), a.GetProperty("pods").GetInt32(), a.GetProperty("agent").GetString()));
        Assert.Equal(rows[1].GetProperty("cpuClass").GetInt32(), a.GetProperty("cpuClass").GetInt32());
        Assert.False(rows[2].TryGetProperty("agent", out _));

        var (_, table, _) = await world.Run("nodes");
        Assert.Contains("Node c: metadata.annotations[rebalancer.dev/cost-usd-per-hour] is '-1'", table, StringComparison.Ordinal);
        Assert.Contains("3 nodes, $", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_Yaml_SameFields()
    {
        await using var world = await ClusterWorld.StartAsync();
        await TwoNodesAsync(world);

        var (exit, yaml, _) = await world.Run("nodes", "-o", "yaml");

        Assert.Equal(0, exit);
        Assert.StartsWith("- name: a\n  state: ready\n  instanceType: m5.large\n", yaml, StringComparison.Ordinal);
        Assert.Contains("  usdPerHour: 0.3\n  priceSource: Annotation\n  estimated: false\n", yaml, StringComparison.Ordinal);
    }

    private static async Task TwoNodesAsync(ClusterWorld world)
    {
        await world.NodeAsync("a", "0.3");
        await world.NodeAsync("b", "0.1");
        await world.PodAsync("redis", "a");
        await world.PodAsync("web", "b");
    }
}
