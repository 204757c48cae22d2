using System.Net;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Extender;

public sealed class BindTests
{
    [Fact]
    public async Task Bind_NotAskedFor_IsNoVerb()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"))).StartAsync();

        using var answer = await world.PostAsync("bind", "{}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Bind_PodAndNode_PlacesThePod()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"), Pod("web"))).StartAsync(o => o with { Bind = true });
        var uid = (await world.Pod("web")).Metadata.Uid;

        var answer = await world.AnswerAsync("bind", $$"""{"PodName":"web","PodNamespace":"shop","PodUID":"{{uid}}","Node":"a"}""");

        Assert.Equal("""{"Error":""}""", answer.ToJsonString());
        Assert.Equal("a", (await world.Pod("web")).Spec.NodeName);
    }

    [Fact]
    public async Task Bind_PodOfAnotherUid_IsAnErrorAndPlacesNothing()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"), Pod("web"))).StartAsync(o => o with { Bind = true });

        var answer = await world.AnswerAsync("bind", """{"PodName":"web","PodNamespace":"shop","PodUID":"other","Node":"a"}""");

        Assert.NotEqual("", (string)answer["Error"]!);
        Assert.True(string.IsNullOrEmpty((await world.Pod("web")).Spec.NodeName));
    }
}
