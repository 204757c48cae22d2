using System.Globalization;
using System.Net;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Workloads;

/// <summary>
/// A Redis whose memory is filled, with clients that each increment a key of their own and check every reply. At the end each key must hold what its client
/// was told last, and without these keys the digest of all data must be that of before the first move.
/// </summary>
internal sealed class RedisWorkload : IWorkload
{
    private const int Connections = 4;
    private const int Megabytes = 100;
    private const int HeadroomMegabytes = 64;
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);

    private readonly IPEndPoint server;
    private readonly TimeProvider time;
    private readonly string digest;
    private readonly CounterClient[] counters;

    private RedisWorkload(IPEndPoint server, TimeProvider time, string digest, CounterClient[] counters)
    {
        this.server = server;
        this.time = time;
        this.digest = digest;
        this.counters = counters;
    }

    public string? Problem => counters.Select(counter => counter.Report().FirstProblem).FirstOrDefault(problem => problem is not null);
    public long Replies => counters.Sum(counter => counter.Replies);
    public int Clients => Connections;
    public double WindowStallMs => counters.Max(counter => counter.Report().WindowStall.Ms);

    public static async Task<IWorkload> StartAsync(WorkloadPods pods, CancellationToken cancel)
    {
        var server = await pods.StartAsync("redis", Redis.Spec(Megabytes + HeadroomMegabytes), cancel);
        await Redis.FillAsync(server.Address, Megabytes, pods.Time, cancel);
        using var connection = await RespConnection.ConnectAsync(server, pods.Time, cancel);
        var digest = connection.Command(CommandLimit, cancel, "DEBUG", "DIGEST");
        var counters = new List<CounterClient>();
        for (var client = 0; client < Connections; client++)
        {
            counters.Add(await CounterClient.StartAsync(server, new CounterClientOptions(KeyOf(client)), pods.Time, cancel));
        }

        return new RedisWorkload(server, pods.Time, digest, [.. counters]);
    }

    public void OpenWindow()
    {
        foreach (var counter in counters)
        {
            counter.OpenWindow();
        }
    }

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        using var connection = await RespConnection.ConnectAsync(server, time, cancel);
        for (var client = 0; client < Connections; client++)
        {
            var report = await counters[client].StopAsync();
            connection.Send(RespConnection.Encode("INCR", KeyOf(client)));
            Expect($"the key of client {client}", connection.ReadInteger(CommandLimit, cancel), report.LastValue + 1);
            Expect($"keys deleted of client {client}", connection.Command(CommandLimit, cancel, "DEL", KeyOf(client)), ":1");
        }

        Expect("the digest of all other data", connection.Command(CommandLimit, cancel, "DEBUG", "DIGEST"), digest);
        return string.Create(CultureInfo.InvariantCulture, $"{Replies} increments on {Connections} connections, each counted once; digest of {Megabytes} MB of other data unchanged");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var counter in counters)
        {
            await counter.DisposeAsync();
        }
    }

    private static string KeyOf(int client) => string.Create(CultureInfo.InvariantCulture, $"counter-{client}");

    private static void Expect<T>(string what, T found, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(found, expected))
        {
            throw new WrongReplyException($"Redis: {what} is {found}, expected {expected}");
        }
    }
}
