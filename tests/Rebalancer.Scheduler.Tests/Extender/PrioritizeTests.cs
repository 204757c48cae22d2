using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Extender;

public sealed class PrioritizeTests
{
    [Fact]
    public async Task Prioritize_RecordedNames_ScoresInProportionToMoneyAndUnknownNodesZero()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"), Node("dear", "0.20"))).StartAsync();

        var answer = await world.AnswerAsync("prioritize", SchedulerWorld.Recorded("names.json"));

        Assert.Equal("""[{"Host":"cheap","Score":10},{"Host":"dear","Score":5},{"Host":"gone","Score":0}]""", answer.ToJsonString());
    }

    [Fact]
    public async Task Prioritize_RecordedWholeNodes_ScoresThemToo()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"), Node("dear", "0.40"), Node("doomed", "0.40"))).StartAsync();

        var answer = await world.AnswerAsync("prioritize", SchedulerWorld.Recorded("whole-nodes.json"));

        Assert.Equal(["cheap 10", "dear 3", "doomed 3"], answer.AsArray().Select(h => $"{h!["Host"]} {h["Score"]}"));
    }

    [Fact]
    public async Task Prioritize_PodThatTheCacheHas_ScoresAsWhenReadFromTheRequest()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"), Node("dear", "0.13"), Pod("filler", "dear", "2"), Pod("web"))).StartAsync();
        var pod = await world.Pod("web");
        var known = await world.AskAsync("explain", "web", "cheap", "dear");
        pod.Metadata.ResourceVersion = "1";

        var read = await world.AnswerAsync("explain", $$"""{"Pod":{{k8s.KubernetesJson.Serialize(pod)}},"NodeNames":["cheap","dear"]}""");

        Assert.Equal(known.ToJsonString(), read.ToJsonString());
    }

    [Fact]
    public async Task Explain_Node_ShowsTermsThatAddUpToItsCost()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"), Pod("web"))).StartAsync();

        var node = (await world.AskAsync("explain", "web", "cheap"))[0]!;

        Assert.Equal(["cost", "risk", "preferences", "packing", "cpu"], node["Terms"]!.AsArray().Select(t => (string)t!["Name"]!));
        Assert.Equal((double)node["UsdPerHour"]!, node["Terms"]!.AsArray().Sum(t => (double)t!["UsdPerHour"]!), 12);
        Assert.Equal(0.1 * 0.125, (double)node["Terms"]![0]!["UsdPerHour"]!, 12);
    }

    [Fact]
    public async Task Prioritize_NameWithEscapes_IsUnknownAndGivenBackAsTheSameText()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"), Pod("web"))).StartAsync();

        var answer = await world.AskAsync("prioritize", "web", "a\"b\u00e4", "cheap");

        Assert.Equal(["a\"b\u00e4 0", "cheap 10"], answer.AsArray().Select(h => $"{(string)h!["Host"]!} {h["Score"]}"));
    }
}
