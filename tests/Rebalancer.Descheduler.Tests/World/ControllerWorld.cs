using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Testing;

namespace Rebalancer.Descheduler.Tests.World;

/// <summary>The whole controller process against the API server double; nodes, kubelet and agents are played by <see cref="ScriptedNodes"/>.</summary>
internal sealed class ControllerWorld : IAsyncDisposable
{
    public const string Ns = "default";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ApiServer api;
    private readonly k8s.Kubernetes connection;
    private WebApplication? controller;

    private ControllerWorld(ApiServer api, MoveLimits limits)
    {
        this.api = api;
        Limits = limits;
        connection = api.CreateClient();
        Client = new ApiClient(connection);
        Nodes = new ScriptedNodes(Client);
    }

    public ApiClient Client { get; }
    public ScriptedNodes Nodes { get; }
    public MoveLimits Limits { get; set; }

    /// <summary>Plans at once, as soon as something has changed.</summary>
    public PlanOptions Plans { get; set; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

    /// <summary>Null: no ledger is kept.</summary>
    public string? LedgerPath { get; set; }

    /// <summary>Null: no status is answered.</summary>
    public IPEndPoint? StatusListen { get; set; }

    public static async Task<ControllerWorld> StartAsync(MoveLimits? limits = null, bool controller = true)
    {
        var options = new ApiServerOptions
        {
            CrdFolders = [Path.Combine(Repository(), "manifests", "crds")],
            Controllers = ControllerSet.ReplicaSet | ControllerSet.Scheduler,
        };
        var world = new ControllerWorld(await ApiServer.StartAsync(options, CancellationToken.None), limits ?? new MoveLimits());
        var runtimeClass = KubernetesYaml.Deserialize<V1RuntimeClass>(await File.ReadAllTextAsync(Path.Combine(Repository(), "manifests", "base", "runtimeclass.yaml")));
        await world.Client.CreateAsync(ApiResource.RuntimeClasses, null, runtimeClass, default);
        world.Nodes.Start();
        if (controller)
        {
            await world.StartControllerAsync();
        }

        return world;
    }

    public async Task StartControllerAsync()
    {
        var options = new DeschedulerOptions
        {
            Api = api.ClientConfiguration(),
            WebhookListen = new IPEndPoint(IPAddress.Loopback, 0),
            LedgerPath = LedgerPath,
            StatusListen = StatusListen,
            Limits = Limits,
            Plans = Plans,
        };
        controller = DeschedulerCommand.Build(options, ["--Logging:LogLevel:Default=Warning"]);
        await controller.StartAsync();
        var url = controller.Urls.First();
        await Eventually("webhook registered", async () =>
            (await Client.GetAsync<V1MutatingWebhookConfiguration>(ApiResource.MutatingWebhooks, null, "rebalancer-claim", default))
                ?.Webhooks[0].ClientConfig.Url.StartsWith(url, StringComparison.Ordinal) == true);
    }

    public async Task StopControllerAsync()
    {
        if (controller is { } running)
        {
            controller = null;
            await running.StopAsync();
            await running.DisposeAsync();
        }
    }

    public Task<Migration> MoveAsync(string pod, Action<MigrationSpec>? with = null, string name = "move")
    {
        var migration = new Migration { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Ns }, Spec = new MigrationSpec { PodName = pod } };
        with?.Invoke(migration.Spec);
        return Client.CreateAsync(ApiResource.Migrations, Ns, migration, default);
    }

    /// <returns>HTTP status, and the message of a refusal.</returns>
    public async Task<(int Code, string Message)> EvictAsync(string pod, bool dryRun = false)
    {
        var eviction = new V1Eviction { Metadata = new V1ObjectMeta { Name = pod, NamespaceProperty = Ns } };
        try
        {
            await connection.CoreV1.CreateNamespacedPodEvictionAsync(eviction, pod, Ns, dryRun: dryRun ? "All" : null);
            return (201, "");
        }
        catch (HttpOperationException e)
        {
            return ((int)e.Response.StatusCode, e.Response.Content);
        }
    }

    public async Task<Migration> Migration(string name = "move")
        => await Client.GetAsync<Migration>(ApiResource.Migrations, Ns, name, default) ?? throw new InvalidOperationException($"Migration {name} is gone");

    public Task<V1Pod?> Pod(string name) => Client.GetAsync<V1Pod>(ApiResource.Pods, Ns, name, default);

    public async Task<IReadOnlyList<V1Pod>> Pods() => (await connection.CoreV1.ListNamespacedPodAsync(Ns)).Items.AsReadOnly();

    public async Task<IReadOnlyList<Migration>> Migrations()
    {
        using var page = await Client.ListPageAsync(ApiResource.Migrations, "limit=500", default);
        return [.. page.RootElement.GetProperty("items").EnumerateArray().Select(i => KubernetesJson.Deserialize<Migration>(i))];
    }

    public async Task<IReadOnlyList<Corev1Event>> Events() => (await connection.CoreV1.ListEventForAllNamespacesAsync()).Items.AsReadOnly();

    public async Task<Migration> UntilPhase(string phase, string name = "move")
    {
        Migration? last = null;
        await Eventually(() => $"Migration {name} in phase {phase}; it is: {KubernetesJson.Serialize(last?.Status ?? new())}", async () =>
        {
            last = await Migration(name);
            return last.Status.Phase == phase ? true : Phases.IsFinal(last.Status.Phase) ? throw new InvalidOperationException($"ended in {last.Status.Phase}: {last.Status.Reason}: {last.Status.Message}") : false;
        });
        return last!;
    }

    public static Task Eventually(string what, Func<Task<bool>> condition) => Eventually(() => what, condition);

    public static async Task Eventually(Func<string> what, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"not within {Patience.TotalSeconds:0} s: {what()}");
            }

            await Task.Delay(15);
        }
    }

    public static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests");
        }

        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        await StopControllerAsync();
        await Nodes.DisposeAsync();
        connection.Dispose();
        await api.DisposeAsync();
    }
}
