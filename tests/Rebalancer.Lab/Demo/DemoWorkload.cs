using System.Net;
using k8s;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Demo;

/// <summary>The pods of the demo with their clients: Redis owned by a ReplicaSet, and a WebSocket echo server as a bare pod, so that both ways to move are shown.</summary>
internal sealed class DemoWorkload : IAsyncDisposable
{
    public const string EchoPod = "echo";
    public const string Namespace = "default";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    private DemoWorkload(RedisUnderLoad redis, EchoClients echo)
    {
        Redis = redis;
        Echo = echo;
    }

    public RedisUnderLoad Redis { get; }
    public EchoClients Echo { get; }

    public static async Task<DemoWorkload> StartAsync(IKubernetes kubernetes, string node, DemoOptions options, TimeProvider time, CancellationToken cancel)
    {
        var pods = new PodApi(kubernetes, time);
        var echoPod = await Placement.OnAsync(
            kubernetes,
            node,
            async () =>
            {
                await kubernetes.CoreV1.CreateNamespacedPodAsync(EchoServer.BarePod(EchoPod, Namespace), Namespace, cancellationToken: cancel);
                return await pods.WaitReadyAsync(EchoPod, Namespace, ReadyLimit, cancel);
            },
            cancel);
        var redis = await RedisUnderLoad.StartAsync(kubernetes, new RedisUnderLoadOptions { Node = node, Megabytes = options.RedisMegabytes, ReadyLimit = ReadyLimit }, time, cancel);
        try
        {
            var url = EchoServer.Url(PodApi.Address(echoPod));
            await Listening.WaitAsync(new IPEndPoint(PodApi.Address(echoPod), EchoServer.Port), ReadyLimit, time, cancel);
            return new DemoWorkload(redis, await EchoClients.StartAsync(url, new EchoClientsOptions(Connections: options.WebSocketConnections), time, cancel));
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    public void OpenWindow()
    {
        Redis.Counter.OpenWindow();
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

        var counter = Redis.Counter.Report();
        return new ClientOutcome(counter.WindowStall.Ms, 1 - counter.ConnectionsBroken, counter.ConnectionsBroken, counter.RepliesWrong);
    }

    public async ValueTask DisposeAsync()
    {
        await Echo.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
