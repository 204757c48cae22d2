using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Leases;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Publishing;

public sealed class NodePublisherTests
{
    [Fact]
    public async Task Publish_NodesWithoutFigures_GetThem()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("plain", cost: null), Node("priced", "0.30"))).StartAsync(Publishing("one"));

        await SchedulerWorld.Eventually("figures stand on both nodes", async () => await Annotation(world, "plain", Names.Published) is not null && await Annotation(world, "priced", Names.Published) is not null);

        Assert.Equal("0.1704", await Annotation(world, "plain", Names.CostUsdPerHour));
        Assert.Equal("0.30", await Annotation(world, "priced", Names.CostUsdPerHour));
        Assert.Equal("0", await Annotation(world, "priced", Names.InterruptionHazard));
    }

    [Fact]
    public async Task Publish_FiguresStandThere_WritesNothing()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("plain", cost: null))).StartAsync(Publishing("one"));
        await SchedulerWorld.Eventually("figures are published", async () => await Annotation(world, "plain", Names.Published) is not null);
        var version = (await world.Node("plain")).Metadata.ResourceVersion;

        // The second node is written after the first has been looked at again.
        await world.CreateAsync(Node("later", cost: null));
        await SchedulerWorld.Eventually("the second node is published", async () => await Annotation(world, "later", Names.Published) is not null);

        Assert.Equal(version, (await world.Node("plain")).Metadata.ResourceVersion);
    }

    private static Func<SchedulerOptions, SchedulerOptions> Publishing(string identity)
        => o => o with { Publishing = new LeaseOptions { Namespace = Ns, Name = "rebalancer-scheduler", Identity = identity } };

    private static async Task<string?> Annotation(SchedulerWorld world, string node, string key)
        => (await world.Node(node)).Metadata.Annotations is { } all && all.TryGetValue(key, out var value) ? value : null;
}
