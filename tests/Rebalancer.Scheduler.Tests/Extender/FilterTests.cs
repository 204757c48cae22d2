using Rebalancer.Kubernetes.Api;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Extender;

public sealed class FilterTests
{
    private const string End = "2026-05-01T12:00:00Z";

    [Fact]
    public async Task Filter_NodeThatGoesAway_IsRefusedWithItsDeadline()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("stays"), Node("goes", "0.1", (Names.TerminatesAt, End)), Pod("web"))).StartAsync();

        var answer = await world.AskAsync("filter", "web", "stays", "goes", "not-known-yet");

        Assert.Equal("""["stays","not-known-yet"]""", answer["NodeNames"]!.ToJsonString());
        Assert.Equal($"the node goes away at {End} (rebalancer.dev/terminates-at)", (string)answer["FailedAndUnresolvableNodes"]!["goes"]!);
        Assert.Empty(answer["FailedNodes"]!.AsObject());
        Assert.Equal("", (string)answer["Error"]!);
    }

    [Fact]
    public async Task Filter_NoNodeIsLeft_AnswersAnEmptyListAndNeverNull()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("goes", "0.1", (Names.TerminatesAt, "soon")), Pod("web"))).StartAsync();

        var answer = await world.AskAsync("filter", "web", "goes");

        Assert.Equal("[]", answer["NodeNames"]!.ToJsonString());
        Assert.Contains("announced to be interrupted", (string)answer["FailedAndUnresolvableNodes"]!["goes"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_PodThatToleratesInterruption_MayRunToTheEnd()
    {
        var agent = Pod("agent");
        agent.Spec.Tolerations = [new k8s.Models.V1Toleration { OperatorProperty = "Exists" }];
        await using var world = await (await SchedulerWorld.CreateAsync(Node("goes", "0.1", (Names.TerminatesAt, End)), agent)).StartAsync();

        Assert.Equal("""["goes"]""", (await world.AskAsync("filter", "agent", "goes"))["NodeNames"]!.ToJsonString());
    }

    [Fact]
    public async Task Filter_RecordedWholeNodes_GivesThoseThatPassBackWhole()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"), Node("dear"), Node("doomed", "0.1", (Names.TerminatesAt, End)))).StartAsync();
        var sent = System.Text.Json.Nodes.JsonNode.Parse(SchedulerWorld.Recorded("whole-nodes.json"))!["Nodes"]!["items"]!;

        var answer = await world.AnswerAsync("filter", SchedulerWorld.Recorded("whole-nodes.json"));

        Assert.Null(answer["NodeNames"]);
        Assert.Equal([sent[0]!.ToJsonString(), sent[1]!.ToJsonString()], answer["Nodes"]!["items"]!.AsArray().Select(n => n!.ToJsonString()));
        Assert.True(answer["FailedAndUnresolvableNodes"]!.AsObject().ContainsKey("doomed"));
    }
}
