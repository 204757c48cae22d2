using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Demo;

/// <summary>The pods of the demo with their clients: a Redis owned by a ReplicaSet and a WebSocket echo server as a bare pod, so that both ways to move are shown, and small ones that keep the other nodes in use.</summary>
internal sealed class DemoWorkload : IAsyncDisposable
{
    public const string EchoPod = "echo";
    public const string RedisName = "redis";
    public const string Namespace = "default";
    private const int CacheMegabytes = 8;
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    private readonly List<RedisUnderLoad> caches = [];

    private DemoWorkload(RedisUnderLoad redis, EchoClients echo) => (Redis, Echo) = (redis, echo);

    public RedisUnderLoad Redis { get; }
    public EchoClients Echo { get; }

    /// <param name="nodes">Of Redis, of the echo server, and of the small ones.</param>
    public static async Task<DemoWorkload> StartAsync(IKubernetes kubernetes, (string Redis, string Echo, IReadOnlyList<string> Caches) nodes, DemoOptions options, TimeProvider time, CancellationToken cancel)
    {
        var echoPod = await StartEchoAsync(kubernetes, nodes.Echo, time, cancel);
        var redis = await RedisUnderLoad.StartAsync(kubernetes, new RedisUnderLoadOptions { Name = RedisName, Node = nodes.Redis, Megabytes = options.RedisMegabytes, ReadyLimit = ReadyLimit }, time, cancel);
        DemoWorkload? started = null;
        try
        {
            await Listening.WaitAsync(new IPEndPoint(PodApi.Address(echoPod), EchoServer.Port), ReadyLimit, time, cancel);
            started = new DemoWorkload(redis, await EchoClients.StartAsync(EchoServer.Url(PodApi.Address(echoPod)), new EchoClientsOptions(Connections: options.WebSocketConnections), time, cancel));
            foreach (var node in nodes.Caches)
            {
                started.caches.Add(await RedisUnderLoad.StartAsync(kubernetes, new RedisUnderLoadOptions { Name = $"cache-{node}", Node = node, Megabytes = CacheMegabytes, ReadyLimit = ReadyLimit }, time, cancel));
            }

            return started;
        }
        catch
        {
            if (started is null) { await redis.DisposeAsync(); }
            else { await started.DisposeAsync(); }
            throw;
        }
    }

    public void OpenWindow()
    {
        Servers().ToList().ForEach(redis => redis.Counter.OpenWindow());
        Echo.OpenWindow();
    }

    /// <summary>What the clients of a moved pod saw since the window was opened.</summary>
    public ClientOutcome Outcome(string pod)
    {
        if (pod == EchoPod)
        {
            var echo = Echo.Report();
            return new ClientOutcome(echo.WindowStall.Ms, echo.ConnectionsKept, echo.ConnectionsBroken, echo.RepliesWrong);
        }

        var counter = Servers().First(redis => pod.StartsWith(redis.FirstPod.Metadata.Labels["app"] + "-", StringComparison.Ordinal)).Counter.Report();
        return new ClientOutcome(counter.WindowStall.Ms, 1 - counter.ConnectionsBroken, counter.ConnectionsBroken, counter.RepliesWrong);
    }

    /// <summary>What any client complains about.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var redis in Servers().Where(redis => redis.Problem is not null))
        {
            yield return $"client of {redis.FirstPod.Metadata.Labels["app"]}: {redis.Problem}";
        }

        if (Echo.Report().FirstProblem is { } problem)
        {
            yield return $"WebSocket clients: {problem}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Echo.DisposeAsync();
        foreach (var redis in Servers())
        {
            await redis.DisposeAsync();
        }
    }

    private IEnumerable<RedisUnderLoad> Servers() => caches.Prepend(Redis);

    private static Task<V1Pod> StartEchoAsync(IKubernetes kubernetes, string node, TimeProvider time, CancellationToken cancel) => Placement.OnAsync(
        kubernetes,
        node,
        async () =>
        {
            await kubernetes.CoreV1.CreateNamespacedPodAsync(EchoServer.BarePod(EchoPod, Namespace), Namespace, cancellationToken: cancel);
            return await new PodApi(kubernetes, time).WaitReadyAsync(EchoPod, Namespace, ReadyLimit, cancel);
        },
        cancel);
}
