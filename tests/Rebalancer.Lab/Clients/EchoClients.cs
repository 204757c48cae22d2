namespace Rebalancer.Lab.Clients;

/// <summary>Several WebSocket connections to one echo server, all open at once from the start until stopped.</summary>
internal sealed class EchoClients : IAsyncDisposable
{
    private readonly IReadOnlyList<EchoConnection> connections;
    private readonly ReplyTimes times;
    private readonly TaskCompletionSource<string> problem;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loops;

    private EchoClients(IReadOnlyList<EchoConnection> connections, ReplyTimes times, TaskCompletionSource<string> problem)
    {
        this.connections = connections;
        this.times = times;
        this.problem = problem;
        loops = Task.WhenAll(connections.Select(connection => Task.Run(() => connection.RunAsync(stop.Token))));
    }

    /// <summary>Opens every connection, then begins to send.</summary>
    public static async Task<EchoClients> StartAsync(Uri server, EchoClientsOptions options, TimeProvider time, CancellationToken cancel)
    {
        var times = new ReplyTimes();
        var problem = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connections = Enumerable.Range(0, options.Connections).Select(number => new EchoConnection(number, options, times, problem, time)).ToArray();
        foreach (var connection in connections)
        {
            await connection.ConnectAsync(server, cancel);
        }

        return new EchoClients(connections, times, problem);
    }

    /// <summary>Ends with the first problem's text. Never ends while all is well.</summary>
    public Task<string> Problem => problem.Task;

    public void OpenWindow() => times.OpenWindow();

    public EchoReport Report()
    {
        var waiting = connections.Select(connection => connection.Waiting).Aggregate(default(Stall), Stall.Longer);
        return new EchoReport
        {
            Connections = connections.Count,
            ConnectionsBroken = connections.Count(connection => connection.Broken),
            Replies = connections.Sum(connection => connection.Replies),
            RepliesWrong = connections.Sum(connection => connection.Wrong),
            FirstProblem = problem.Task.IsCompletedSuccessfully ? problem.Task.GetAwaiter().GetResult() : null,
            LongestStall = Stall.Longer(times.Longest, waiting),
            WindowStall = Stall.Longer(times.WindowLongest, waiting),
            LongestStallMsByConnection = [.. connections.Select(connection => connection.LongestMs)],
            P50Ms = times.PercentileMs(0.5),
            P99Ms = times.PercentileMs(0.99),
            WaitingMs = waiting.Ms,
        };
    }

    public async Task<EchoReport> StopAsync()
    {
        await stop.CancelAsync();
        await loops;
        return Report();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        stop.Dispose();
    }
}
