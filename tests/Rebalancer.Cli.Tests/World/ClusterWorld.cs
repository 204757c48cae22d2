using System.Text.Json;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Testing;

namespace Rebalancer.Cli.Tests.World;

/// <summary>A cluster of the API server double, and the program run against it by a kubeconfig. Nobody but the test writes into it.</summary>
internal sealed class ClusterWorld : IAsyncDisposable
{
    public const string Ns = "shop";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly ApiServer api;
    private readonly k8s.Kubernetes connection;
    private readonly DirectoryInfo folder;

    private ClusterWorld(ApiServer api, DirectoryInfo folder)
    {
        (this.api, this.folder) = (api, folder);
        connection = api.CreateClient();
        Client = new ApiClient(connection);
        api.WriteKubeconfig(Kubeconfig);
    }

    public ApiClient Client { get; }

    public string Kubeconfig => Path.Combine(folder.FullName, "kubeconfig");

    /// <summary>Advances while a verb runs, so that what waits an hour takes no time.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero));

    /// <param name="installed">With Rebalancer's own resources.</param>
    public static async Task<ClusterWorld> StartAsync(bool installed = true)
    {
        var options = new ApiServerOptions { CrdFolders = installed ? [Path.Combine(Repository(), "manifests", "crds")] : [] };
        var world = new ClusterWorld(await ApiServer.StartAsync(options, CancellationToken.None), Directory.CreateTempSubdirectory("rebalancer-cli"));
        await world.Client.CreateAsync(ApiResource.Namespaces, null, new V1Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = new V1ObjectMeta { Name = Ns } }, default);
        return world;
    }

    /// <summary>Runs a verb to its end, with time passing meanwhile.</summary>
    public async Task<Outcome> Run(params string[] arguments)
    {
        using var limit = new CancellationTokenSource(Patience);
        var run = CommandLine.Run(Clock, [.. arguments, "--kubeconfig", Kubeconfig]);
        while (!run.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.WhenAny(run, Task.Delay(5, limit.Token));
            Clock.Advance(Tick);
        }

        return await run;
    }

    /// <summary>As <see cref="Run"/>, with JSON asked for.</summary>
    public async Task<JsonElement> Json(params string[] arguments)
    {
        var (exit, output, errors) = await Run([.. arguments, "-o", "json"]);
        Assert.Equal((0, ""), (exit, errors));
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Plays somebody who acts once a condition holds, while a verb runs.</summary>
    public static async Task<T> Until<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"not within {Patience.TotalSeconds:0} s: {what}");
            }

            await Task.Delay(5);
        }
    }

    public Task<Migration> MigrationAsync() => Until("a Migration", async () =>
    {
        using var page = await Client.ListPageAsync(ApiResource.Migrations, "limit=10", default);
        return page.RootElement.GetProperty("items").EnumerateArray().Select(i => k8s.KubernetesJson.Deserialize<Migration>(i)).FirstOrDefault();
    });

    public Task WriteStatusAsync(Migration migration, object status)
        => Client.MergeAsync<Migration>(ApiResource.Migrations, migration.Metadata.NamespaceProperty, migration.Metadata.Name, new Dictionary<string, object> { ["status"] = status }, default, "status");

    public static string Repository()
    {
        var place = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(place, "Rebalancer.sln")))
        {
            place = Path.GetDirectoryName(place) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests");
        }

        return place;
    }

    public async ValueTask DisposeAsync()
    {
        connection.Dispose();
        await api.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
