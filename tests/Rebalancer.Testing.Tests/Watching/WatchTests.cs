using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Watching;

public sealed class WatchTests
{
    [Fact]
    public async Task Watch_FromAForgottenVersion_EndsWith410InTheStream()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a"));
        cluster.Api.CompactHistory();
        await cluster.AddPodAsync(Samples.Pod("b"));

        var lines = await ReadAsync(cluster, "/api/v1/pods?watch=true&resourceVersion=1", count: 2);

        var error = Assert.Single(lines);
        Assert.Equal("ERROR", error.GetProperty("type").GetString());
        Assert.Equal(410, error.GetProperty("object").GetProperty("code").GetInt32());
        Assert.Equal("Expired", error.GetProperty("object").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task History_BeyondItsLimit_IsForgotten()
    {
        await using var cluster = await TestCluster.StartAsync(new ApiServerOptions { HistoryLimit = 3 });
        for (var i = 0; i < 5; i++)
        {
            await cluster.AddPodAsync(Samples.Pod($"p{i}"));
        }

        var last = (await cluster.PodsAsync()).Items.Max(p => long.Parse(p.Metadata.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture));
        var kept = await ReadAsync(cluster, $"/api/v1/pods?watch=true&timeoutSeconds=1&resourceVersion={last - 2}", count: 2);
        var forgotten = await ReadAsync(cluster, $"/api/v1/pods?watch=true&timeoutSeconds=1&resourceVersion={last - 4}", count: 1);

        Assert.Equal(["ADDED p3", "ADDED p4"], kept.Select(Describe));
        Assert.Equal("ERROR", forgotten[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task LabelSelector_ObjectThatStopsMatching_IsSeenAsDeleted()
    {
        await using var cluster = await TestCluster.StartAsync();
        var start = (await cluster.PodsAsync()).Metadata.ResourceVersion;
        await cluster.AddPodAsync(Samples.Pod("a", app: "web"));
        await cluster.AddPodAsync(Samples.Pod("b", app: "other"));
        foreach (var app in new[] { "none", "web" })
        {
            await cluster.Client.CoreV1.PatchNamespacedPodAsync(
                new V1Patch($$"""{"metadata":{"labels":{"app":"{{app}}"} } }""", V1Patch.PatchType.MergePatch), "a", "default", cancellationToken: cluster.Token);
        }

        var lines = await ReadAsync(cluster, $"/api/v1/pods?watch=true&labelSelector=app%3Dweb&resourceVersion={start}", count: 3);

        Assert.Equal(["ADDED a", "DELETED a", "ADDED a"], lines.Select(Describe));
        Assert.Equal("web", lines[1].GetProperty("object").GetProperty("metadata").GetProperty("labels").GetProperty("app").GetString());
        Assert.True(Version(lines[1]) > Version(lines[0]));
    }

    [Fact]
    public async Task FieldSelector_OfNodeName_SeesThePodOnlyOnceBound()
    {
        await using var cluster = await TestCluster.StartAsync();
        var start = (await cluster.PodsAsync()).Metadata.ResourceVersion;
        await cluster.AddPodAsync(Samples.Pod("a"));
        await cluster.Client.CoreV1.CreateNamespacedPodBindingAsync(
            new V1Binding { Metadata = new() { Name = "a" }, Target = new() { Name = "n1", Kind = "Node" } }, "a", "default", cancellationToken: cluster.Token);

        var lines = await ReadAsync(cluster, $"/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dn1&resourceVersion={start}", count: 1);

        Assert.Equal(["ADDED a"], lines.Select(Describe));
        Assert.Equal("n1", lines[0].GetProperty("object").GetProperty("spec").GetProperty("nodeName").GetString());
    }

    [Fact]
    public async Task Bookmarks_WhenAllowed_CarryAVersionFromWhichAWatchContinues()
    {
        await using var cluster = await TestCluster.StartAsync(new ApiServerOptions { BookmarkInterval = TimeSpan.FromMilliseconds(50) });
        var start = (await cluster.PodsAsync()).Metadata.ResourceVersion;
        await cluster.Client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new() { Name = "elsewhere" } }, "default", cancellationToken: cluster.Token);

        var bookmark = (await ReadAsync(cluster, $"/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion={start}", count: 1))[0];
        await cluster.AddPodAsync(Samples.Pod("after"));
        var lines = await ReadAsync(cluster, $"/api/v1/pods?watch=true&resourceVersion={Version(bookmark)}", count: 1);

        Assert.Equal("BOOKMARK", bookmark.GetProperty("type").GetString());
        Assert.True(Version(bookmark) > long.Parse(start, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(["ADDED after"], lines.Select(Describe));
    }

    [Fact]
    public async Task SendInitialEvents_EndsThePresentStateWithAMarkedBookmark()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a"));

        var lines = await ReadAsync(cluster, "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", count: 2);

        Assert.Equal("ADDED a", Describe(lines[0]));
        Assert.Equal("true", lines[1].GetProperty("object").GetProperty("metadata").GetProperty("annotations").GetProperty("k8s.io/initial-events-end").GetString());
    }

    [Fact]
    public async Task TimeoutSeconds_EndsTheWatchInOrder()
    {
        await using var cluster = await TestCluster.StartAsync();

        var lines = await ReadAsync(cluster, "/api/v1/pods?watch=true&timeoutSeconds=1", count: 1);

        Assert.Empty(lines);
    }

    [Fact]
    public async Task List_InPages_ShowsOneVersionOfTheCollection()
    {
        await using var cluster = await TestCluster.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await cluster.AddPodAsync(Samples.Pod($"p{i}"));
        }

        var first = await cluster.Client.CoreV1.ListNamespacedPodAsync("default", limit: 2, cancellationToken: cluster.Token);
        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("p3", "default", cancellationToken: cluster.Token);
        await cluster.AddPodAsync(Samples.Pod("p22"));
        var names = new List<string>(first.Items.Select(p => p.Metadata.Name));
        var page = first;
        while (!string.IsNullOrEmpty(page.Metadata.ContinueProperty))
        {
            page = await cluster.Client.CoreV1.ListNamespacedPodAsync("default", limit: 2, continueParameter: page.Metadata.ContinueProperty, cancellationToken: cluster.Token);
            names.AddRange(page.Items.Select(p => p.Metadata.Name));
        }

        Assert.Equal(["p0", "p1", "p2", "p3", "p4"], names);
        Assert.Equal(3, first.Metadata.RemainingItemCount);
        Assert.Equal(first.Metadata.ResourceVersion, page.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData("/api/v1/pods?fieldSelector=spec.color%3Dred", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/pods?labelSelector=a%20in%20b", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/pods?limit=1&continue=nonsense", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/pods?watch=true&resourceVersion=abc", HttpStatusCode.InternalServerError)]
    [InlineData("/api/v1/pods?resourceVersion=99999999", HttpStatusCode.GatewayTimeout)]
    [InlineData("/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("/apis/nope/v1/x", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/namespaces/default/nodes", HttpStatusCode.NotFound)]
    public async Task BadRequest_IsAnsweredWithItsCode(string path, HttpStatusCode expected)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Api.Url) };

        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cluster.Token);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Table_OfAWatch_SendsColumnsOnlyOnce()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));
        await cluster.AddPodAsync(Samples.Pod("b"));

        var lines = await ReadAsync(cluster, "/api/v1/pods?watch=true", count: 2, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        var first = lines[0].GetProperty("object");
        Assert.Equal("Table", first.GetProperty("kind").GetString());
        Assert.Equal(
            ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"],
            first.GetProperty("columnDefinitions").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.Equal("n1", first.GetProperty("rows")[0].GetProperty("cells")[6].GetString());
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("object").GetProperty("columnDefinitions").ValueKind);
    }

    private static string Describe(JsonElement line) =>
        $"{line.GetProperty("type").GetString()} {line.GetProperty("object").GetProperty("metadata").GetProperty("name").GetString()}";

    private static long Version(JsonElement line) => long.Parse(
        line.GetProperty("object").GetProperty("metadata").GetProperty("resourceVersion").GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<List<JsonElement>> ReadAsync(TestCluster cluster, string path, int count, string accept = "application/json")
    {
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Api.Url) };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cluster.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cluster.Token));
        var lines = new List<JsonElement>();
        while (lines.Count < count && await reader.ReadLineAsync(cluster.Token) is { } line)
        {
            lines.Add(JsonDocument.Parse(line).RootElement);
        }

        return lines;
    }
}
