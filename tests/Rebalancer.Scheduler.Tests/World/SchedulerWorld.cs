using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Scheduler.Cluster;
using Rebalancer.Testing;

namespace Rebalancer.Scheduler.Tests.World;

/// <summary>The whole extender against the API server double, asked over HTTP. What is created before it starts is in its caches.</summary>
internal sealed class SchedulerWorld : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", false);

    private readonly ApiServer api;
    private readonly k8s.Kubernetes connection;
    private readonly List<WebApplication> running = [];

    private SchedulerWorld(ApiServer api)
    {
        this.api = api;
        connection = api.CreateClient();
        Client = new ApiClient(connection);
    }

    public ApiClient Client { get; }

    public HttpClient Http { get; private set; } = new();

    public static async Task<SchedulerWorld> CreateAsync(params IKubernetesObject<V1ObjectMeta>[] objects)
    {
        var crds = Path.Combine(Repository(), "manifests", "crds");
        var world = new SchedulerWorld(await ApiServer.StartAsync(new ApiServerOptions { CrdFolders = [crds] }, CancellationToken.None));
        await world.Client.CreateAsync(Namespaces, null, new V1Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = new V1ObjectMeta { Name = Objects.Ns } }, default);
        foreach (var item in objects)
        {
            await world.CreateAsync(item);
        }

        return world;
    }

    /// <summary>Starts the extender; its caches are filled when this returns.</summary>
    public async Task<SchedulerWorld> StartAsync(Func<SchedulerOptions, SchedulerOptions>? with = null)
    {
        var options = new SchedulerOptions { Api = api.ClientConfiguration(), Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        var app = SchedulerCommand.Build(with?.Invoke(options) ?? options, ["--Logging:LogLevel:Default=Error", "--Logging:LogLevel:Microsoft.AspNetCore=Error"]);
        running.Add(app);
        await app.StartAsync();
        await Task.WhenAll(app.Services.GetRequiredService<ClusterCache>().All.Select(i => i.Synced)).WaitAsync(Patience);
        app.Services.GetRequiredService<IndexKeeper>().Publish();
        Http.Dispose();
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        return this;
    }

    /// <summary>The server takes a status only through its own path.</summary>
    public async Task CreateAsync(IKubernetesObject<V1ObjectMeta> item)
    {
        var (ns, name) = (item.Metadata.NamespaceProperty, item.Metadata.Name);
        switch (item)
        {
            case V1Node node:
                await Client.CreateAsync(ApiResource.Nodes, null, node, default);
                await Client.MergeAsync<V1Node>(ApiResource.Nodes, null, name, Status(node.Status), default, "status");
                break;
            case V1Pod pod:
                await Client.CreateAsync(ApiResource.Pods, ns, pod, default);
                await Client.MergeAsync<V1Pod>(ApiResource.Pods, ns, name, Status(pod.Status), default, "status");
                break;
            case Migration migration:
                migration.Status.PodUID ??= (await Client.GetAsync<V1Pod>(ApiResource.Pods, ns, migration.Spec.PodName, default))?.Metadata.Uid;
                await Client.CreateAsync(ApiResource.Migrations, ns, migration, default);
                await Client.MergeAsync<Migration>(ApiResource.Migrations, ns, name, Status(migration.Status), default, "status");
                break;
            default:
                throw new ArgumentException($"{item.Kind} is made by no test");
        }
    }

    public async Task<V1Pod> Pod(string name) => (await Client.GetAsync<V1Pod>(ApiResource.Pods, Objects.Ns, name, default))!;

    public async Task<V1Node> Node(string name) => (await Client.GetAsync<V1Node>(ApiResource.Nodes, null, name, default))!;

    /// <summary>Asks about a pod as it is in the API server.</summary>
    public async Task<JsonNode> AskAsync(string verb, string pod, params string[] nodes)
    {
        var body = new JsonObject
        {
            ["Pod"] = JsonNode.Parse(KubernetesJson.Serialize(await Pod(pod))),
            ["Nodes"] = null,
            ["NodeNames"] = new JsonArray([.. nodes.Select(n => JsonValue.Create(n))]),
        };
        return await AnswerAsync(verb, body.ToJsonString());
    }

    public async Task<JsonNode> AnswerAsync(string verb, string body)
    {
        using var answer = await PostAsync(verb, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<HttpResponseMessage> PostAsync(string verb, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Http.PostAsync(new Uri("/" + verb, UriKind.Relative), content);
    }

    public static string Recorded(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Requests", name));

    public static async Task Eventually(string what, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"not within {Patience.TotalSeconds:0} s: {what}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var app in running)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        connection.Dispose();
        await api.DisposeAsync();
    }

    private static Dictionary<string, object> Status(object status) => new() { ["status"] = status };

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests");
        }

        return folder;
    }
}
