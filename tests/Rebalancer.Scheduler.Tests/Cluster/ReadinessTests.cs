using System.Net;
using System.Text;
using k8s;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Cluster;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Unready_ApiServerCannotBeReached_Answers503SoThatTheSchedulerGoesOnWithoutIt()
    {
        var options = new SchedulerOptions { Api = new KubernetesClientConfiguration { Host = "http://127.0.0.1:9" }, Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        await using var app = SchedulerCommand.Build(options, ["--Logging:LogLevel:Default=Critical"]);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var content = new StringContent(SchedulerWorld.Recorded("names.json"), Encoding.UTF8, "application/json");

        using var answer = await http.PostAsync(new Uri("/filter", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status(http, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, await Status(http, "/healthz"));
        Assert.DoesNotContain("rebalancer_scheduler_cache_unsynced_seconds 0\n", await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_CachesAreFilled_CountsWhatItAnswers()
    {
        await using var world = await (await SchedulerWorld.CreateAsync(Node("cheap"))).StartAsync();
        await world.AnswerAsync("prioritize", SchedulerWorld.Recorded("names.json"));

        var metrics = await world.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, await Status(world.Http, "/readyz"));
        Assert.Contains("rebalancer_scheduler_cache_unsynced_seconds 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("rebalancer_scheduler_request_seconds_count{verb=\"prioritize\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("rebalancer_scheduler_requests_total{verb=\"prioritize\",code=\"200\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("rebalancer_scheduler_nodes 1\n", metrics, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> Status(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }
}
