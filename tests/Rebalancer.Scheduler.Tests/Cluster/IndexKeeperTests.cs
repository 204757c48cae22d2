using k8s.Models;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Cluster;

public sealed class IndexKeeperTests
{
    [Fact]
    public async Task Prioritize_WhatChangesWhileItRuns_IsSeen()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"), Node("b", "0.20"), Pod("web"))).StartAsync();
        async Task<string> Scores() => string.Join(' ', (await world.AskAsync("prioritize", "web", "a", "b", "c")).AsArray().Select(s => $"{s!["Score"]}"));
        Assert.Equal("10 5 0", await Scores());

        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "a", new { metadata = new { annotations = new Dictionary<string, string> { ["rebalancer.dev/cost-usd-per-hour"] = "0.40" } } }, default);
        await world.CreateAsync(Node("c", "0.05"));

        await SchedulerWorld.Eventually("new prices and nodes count", async () => await Scores() == "1 3 10");
    }
}
