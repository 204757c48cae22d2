using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Testing;

namespace Rebalancer.Kubernetes.Tests.Informers;

public sealed class InformerTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource stop = new();
    private ApiServer api = null!;
    private ApiClient client = null!;
    private k8s.Kubernetes connection = null!;

    public async Task InitializeAsync()
    {
        api = await ApiServer.StartAsync(new ApiServerOptions { BookmarkInterval = TimeSpan.FromMilliseconds(100) }, CancellationToken.None);
        connection = api.CreateClient();
        client = new ApiClient(connection);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await api.DisposeAsync();
    }

    public void Dispose()
    {
        connection.Dispose();
        stop.Dispose();
    }

    [Fact]
    public async Task Synced_MoreObjectsThanAPage_AllAreThere()
    {
        foreach (var i in Enumerable.Range(0, 7))
        {
            await Create("s" + i);
        }

        var informer = await Run(new InformerOptions { PageSize = 3 });

        Assert.Equal(7, informer.List().Count(s => s.Metadata.Name.StartsWith('s')));
    }

    [Fact]
    public async Task Watch_CreateChangeDelete_HandlersSeeEach()
    {
        var changes = new List<string>();
        var informer = await Run(new InformerOptions(), c =>
        {
            if (c.Latest.Metadata.Name == "a")
            {
                lock (changes)
                {
                    changes.Add(c switch { { Before: null } => "new", { After: null } => "gone", _ => "changed" });
                }
            }
        });

        var made = await Create("a");
        await Until(() => informer.Get("default", "a") is not null);
        await Label("a", "1");
        await Until(() => informer.Get("default", "a")?.Metadata.Labels?["x"] == "1");
        await client.DeleteAsync(ApiResource.Services, "default", "a", made.Metadata.Uid, null, default);
        await Until(() => informer.Get("default", "a") is null);

        Assert.Equal(["new", "changed", "gone"], changes);
    }

    [Fact]
    public async Task Watch_HistoryCompacted_ListsAgainAndMissesNothing()
    {
        var gone = await Create("gone");
        var informer = await Run(new InformerOptions { WatchTimeoutSeconds = 1, FirstBackOff = TimeSpan.FromMilliseconds(10) });
        await client.DeleteAsync(ApiResource.Services, "default", "gone", gone.Metadata.Uid, null, default);
        await Create("new");
        api.CompactHistory();

        await Until(() => informer.Get("default", "new") is not null && informer.Get("default", "gone") is null);
    }

    [Fact]
    public async Task Watch_ConnectionDiesSilently_IsNoticedAndFollowedAgain()
    {
        using var silent = new FirstWatchIsSilent();
        using var through = new k8s.Kubernetes(api.ClientConfiguration(), silent);
        var options = new InformerOptions { WatchTimeoutSeconds = 1, WatchGrace = TimeSpan.Zero, FirstBackOff = TimeSpan.FromMilliseconds(10) };
        var informer = await Run(options, through: new ApiClient(through));
        await silent.Began.WaitAsync(Patience);
        await Create("unheard");

        await Until(() => informer.Get("default", "unheard") is not null);
    }

    [Fact]
    public async Task Observe_OlderObjectOrDeletedObject_IsIgnored()
    {
        var first = await Create("a");
        var informer = await Run(new InformerOptions());
        var second = await Label("a", "2");
        informer.Observe(second);
        informer.Observe(first);
        Assert.Equal("2", informer.Get("default", "a")!.Metadata.Labels["x"]);

        await client.DeleteAsync(ApiResource.Services, "default", "a", first.Metadata.Uid, null, default);
        await Until(() => informer.Get("default", "a") is null);
        informer.Observe(second);

        Assert.Null(informer.Get("default", "a"));
    }

    [Fact]
    public async Task Delete_OtherUid_LeavesTheObject()
    {
        await Create("a");

        Assert.False(await client.DeleteAsync(ApiResource.Services, "default", "a", "00000000-0000-0000-0000-000000000000", null, default));
        Assert.NotNull(await client.GetAsync<V1Service>(ApiResource.Services, "default", "a", default));
    }

    [Fact]
    public async Task Patch_TestDoesNotMatch_ConflictAndNothingChanges()
    {
        await Create("a");
        var patch = new JsonPatch().Test("/metadata/resourceVersion", "1").Set("/metadata/labels", new Dictionary<string, string> { ["x"] = "y" });

        var refused = await Assert.ThrowsAsync<ApiException>(() => client.PatchAsync<V1Service>(ApiResource.Services, "default", "a", patch, default));

        Assert.True(refused.IsConflict);
        Assert.Null((await client.GetAsync<V1Service>(ApiResource.Services, "default", "a", default))!.Metadata.Labels);
    }

    private async Task<Informer<V1Service>> Run(InformerOptions options, Action<Change<V1Service>>? handler = null, ApiClient? through = null)
    {
        var informer = new Informer<V1Service>(through ?? client, ApiResource.Services, options, TimeProvider.System, NullLogger.Instance);
        informer.OnChange(handler ?? (_ => { }));
        _ = informer.RunAsync(stop.Token);
        await informer.Synced.WaitAsync(Patience);
        return informer;
    }

    private Task<V1Service> Create(string name) => client.CreateAsync(ApiResource.Services, "default", new V1Service
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = name }, Ports = [new V1ServicePort { Port = 80 }] },
    }, default);

    private Task<V1Service> Label(string name, string value)
        => client.MergeAsync<V1Service>(ApiResource.Services, "default", name,
            new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["labels"] = new Dictionary<string, string> { ["x"] = value } } }, default);

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
