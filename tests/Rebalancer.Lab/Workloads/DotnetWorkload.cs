using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Workloads;

/// <summary>
/// An ASP.NET service on the ordinary runtime (just-in-time compiler, garbage collector). It keeps, for each client, a count and a chain over the numbers it
/// was sent; a request lost, doubled or answered by an older copy shows in the next reply. At the end its settings file is changed: it must still notice that.
/// </summary>
internal sealed class DotnetWorkload : IWorkload
{
    private const int Connections = 8;
    private const string Mark = "changed-after-the-moves";
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan NoticePause = TimeSpan.FromMilliseconds(100);

    private readonly IPEndPoint server;
    private readonly HttpClient[] https;
    private readonly RequestChain[] chains = [.. Enumerable.Range(0, Connections).Select(_ => new RequestChain())];
    private readonly RequestLoops clients;
    private readonly TimeProvider time;

    private DotnetWorkload(IPEndPoint server, TimeProvider time)
    {
        this.server = server;
        this.time = time;
        https = [.. Enumerable.Range(0, Connections).Select(_ => new HttpClient(OneConnection()))];
        clients = RequestLoops.Start(AskAsync, new RequestLoopsOptions(Connections, PauseMs: 5), time);
    }

    public string? Problem => clients.Problem;
    public long Replies => clients.Replies;
    public int Clients => Connections;
    public double WindowStallMs => clients.WindowStallMs;

    public static async Task<IWorkload> StartAsync(WorkloadPods pods, CancellationToken cancel) =>
        new DotnetWorkload(await pods.StartAsync("dotnet", DotnetService.Spec(), cancel), pods.Time);

    public void OpenWindow() => clients.OpenWindow();

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        await clients.StopAsync();
        if (Problem is { } problem)
        {
            throw new WrongReplyException(problem);
        }

        await ChangeSettingsAsync(cancel);
        return string.Create(CultureInfo.InvariantCulture, $"{chains.Sum(chain => chain.Number)} HTTP requests on {Connections} kept-alive connections, each answered once and in order; a changed settings file was noticed");
    }

    public async ValueTask DisposeAsync()
    {
        await clients.DisposeAsync();
        foreach (var http in https)
        {
            http.Dispose();
        }
    }

    private async Task AskAsync(int client, CancellationToken cancel)
    {
        var expected = chains[client].Next();
        var number = chains[client].Number;
        var reply = await https[client].GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{server}/clients/{client}/{number}")), cancel);
        if (reply != expected)
        {
            throw new WrongReplyException($"request {number} was answered '{reply}' instead of '{expected}'");
        }
    }

    private async Task ChangeSettingsAsync(CancellationToken cancel)
    {
        using var written = await https[0].PutAsync(new Uri($"http://{server}/mark/{Mark}"), null, cancel);
        written.EnsureSuccessStatusCode();
        var started = time.GetTimestamp();
        while (await https[0].GetStringAsync(new Uri($"http://{server}/mark"), cancel) is var seen && seen != Mark)
        {
            if (time.GetElapsedTime(started) > NoticeLimit)
            {
                throw new WrongReplyException($"the service did not notice within {NoticeLimit.TotalSeconds} s that its settings file was changed (it has '{seen}')");
            }

            await Task.Delay(NoticePause, time, cancel);
        }
    }

    /// <summary>A broken connection must not be hidden by a new one.</summary>
    private static SocketsHttpHandler OneConnection()
    {
        var opened = 0;
        return new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = async (context, cancel) =>
            {
                if (Interlocked.Increment(ref opened) > 1)
                {
                    throw new IOException("the connection broke");
                }

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
    }
}
