using System.Net;
using Rebalancer.Scheduler.Extender;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Extender;

public sealed class LimitTests
{
    private const int SmallBodyBytes = 5_000;

    [Theory]
    [InlineData("no JSON", "invalid")]
    [InlineData("[]", "object")]
    [InlineData("""{"NodeNames":["a"]}""", "lacks Pod")]
    [InlineData("""{"Pod":{"metadata":{}}}""", "lacks NodeNames or Nodes")]
    [InlineData("""{"Pod":{"metadata":{}},"NodeNames":null,"Nodes":null}""", "lacks NodeNames or Nodes")]
    [InlineData("""{"Pod":7,"NodeNames":["a"]}""", "Pod is not an object")]
    [InlineData("""{"Pod":{"metadata":{}},"NodeNames":[7]}""", "NodeNames holds something that is no string")]
    [InlineData("""{"Pod":{"metadata":{"name":["x"]}},"NodeNames":["a"]}""", "no string")]
    [InlineData("""{"Pod":{"metadata":{}},"Nodes":{"items":[{}]}}""", "without metadata.name")]
    [InlineData("""{"Pod":{"metadata":{}},"NodeNames":["a" """, "")]
    [InlineData("""{"Pod":{"metadata":{},"spec":{"containers":"none"}},"NodeNames":["a"]}""", "")]
    public async Task Prioritize_BodyThatIsNoExtenderArgs_Answers400AndSaysWhy(string body, string message)
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"))).StartAsync();

        using var answer = await world.PostAsync("prioritize", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prioritize_BodyThatIsTooLong_Answers413()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"))).StartAsync(o => o with { MaxBodyBytes = SmallBodyBytes });

        using var answer = await world.PostAsync("prioritize", new string(' ', SmallBodyBytes + 1));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Prioritize_MoreRequestsThanAllowed_Answers503()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("a"))).StartAsync(o => o with { MaxRequests = 0 });

        using var answer = await world.PostAsync("prioritize", SchedulerWorld.Recorded("names.json"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public void RequestGate_LeavingMakesRoom()
    {
        var gate = new RequestGate(2);

        Assert.True(gate.TryEnter() && gate.TryEnter());
        Assert.False(gate.TryEnter());
        gate.Leave();
        Assert.True(gate.TryEnter());
    }
}
