using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Rebalancer.Testing.Tests;

/// <summary>A server with one client for one test.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _deadline = new(Deadline);

    private TestCluster(ApiServer api) => (Api, Client) = (api, api.CreateClient());

    public ApiServer Api { get; }

    public k8s.Kubernetes Client { get; }

    /// <summary>Ends with the test's deadline.</summary>
    public CancellationToken Token => _deadline.Token;

    public static string CrdFolder => Path.Combine(AppContext.BaseDirectory, "Crds");

    public static Task<TestCluster> StartAsync(ControllerSet controllers = ControllerSet.None) =>
        StartAsync(new ApiServerOptions { Controllers = controllers, CrdFolders = [CrdFolder] });

    public static async Task<TestCluster> StartAsync(ApiServerOptions options) => new(await ApiServer.StartAsync(options, CancellationToken.None));

    /// <summary>Reads until the value is as wanted; fails with the last value at the deadline.</summary>
    public async Task<T> EventuallyAsync<T>(Func<Task<T>> read, Func<T, bool> isWanted)
    {
        var last = await read();
        while (!isWanted(last))
        {
            if (_deadline.IsCancellationRequested)
            {
                Assert.Fail($"not reached within {Deadline.TotalSeconds} s; last: {KubernetesJson.Serialize(last!)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            last = await read();
        }

        return last;
    }

    public async Task<V1Node> AddNodeAsync(string name, string cpu = "4", params V1Taint[] taints)
    {
        await Client.CoreV1.CreateNodeAsync(
            new V1Node
            {
                Metadata = new() { Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name } },
                Spec = new() { Taints = taints },
            },
            cancellationToken: Token);
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
                ["allocatable"] = new JsonObject { ["cpu"] = cpu, ["memory"] = "8Gi", ["pods"] = "110" },
            },
        };
        return await Client.CoreV1.PatchNodeStatusAsync(new V1Patch(status.ToJsonString(), V1Patch.PatchType.MergePatch), name, cancellationToken: Token);
    }

    public Task<V1Pod> AddPodAsync(V1Pod pod) => Client.CoreV1.CreateNamespacedPodAsync(pod, "default", cancellationToken: Token);

    public Task<V1PodList> PodsAsync(string? labelSelector = null) =>
        Client.CoreV1.ListNamespacedPodAsync("default", labelSelector: labelSelector, cancellationToken: Token);

    /// <summary>Writes what a kubelet would when the pod runs.</summary>
    public Task<V1Pod> RunPodAsync(string name, bool isReady = true, string address = "10.88.1.1")
    {
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = address,
                ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address }),
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
            },
        };
        return Client.CoreV1.PatchNamespacedPodStatusAsync(
            new V1Patch(status.ToJsonString(), V1Patch.PatchType.StrategicMergePatch), name, "default", cancellationToken: Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Api.DisposeAsync();
        _deadline.Dispose();
    }
}
