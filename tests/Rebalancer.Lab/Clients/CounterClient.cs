using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Lab.Clients;

/// <summary>
/// Increments one Redis key over one TCP connection, one request at a time, until it is stopped. Every reply must be the previous one plus one: a lost write,
/// a write applied twice and a second live copy of the server all show as a wrong reply. It never reconnects.
/// </summary>
internal sealed class CounterClient : IAsyncDisposable
{
    private readonly RespConnection connection;
    private readonly CounterClientOptions options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<string> problem = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReplyTimes times = new();
    private readonly Task loop;
    private long askedAt;
    private long wrong;
    private long lastValue;
    private int broken;

    private CounterClient(RespConnection connection, CounterClientOptions options, TimeProvider time)
    {
        this.connection = connection;
        this.options = options;
        this.time = time;
        // A thread of its own: a busy thread pool must not look like a stall of the server.
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Connects and begins to count.</summary>
    public static async Task<CounterClient> StartAsync(IPEndPoint server, CounterClientOptions options, TimeProvider time, CancellationToken cancel)
        => new(await RespConnection.ConnectAsync(server, time, cancel), options, time);

    /// <summary>Ends with the first problem's text: a broken connection or a wrong reply. Never ends while all is well.</summary>
    public Task<string> Problem => problem.Task;

    public long Replies => times.Count;

    /// <summary>Begins a new window for <see cref="CounterReport.WindowStall"/>.</summary>
    public void OpenWindow() => times.OpenWindow();

    public CounterReport Report()
    {
        var waiting = Waiting();
        return new CounterReport
        {
            Replies = times.Count,
            RepliesWrong = Interlocked.Read(ref wrong),
            ConnectionsBroken = Volatile.Read(ref broken),
            FirstProblem = problem.Task.IsCompletedSuccessfully ? problem.Task.GetAwaiter().GetResult() : null,
            LastValue = Interlocked.Read(ref lastValue),
            LongestStall = Stall.Longer(times.Longest, waiting),
            WindowStall = Stall.Longer(times.WindowLongest, waiting),
            P50Ms = times.PercentileMs(0.5),
            P99Ms = times.PercentileMs(0.99),
            WaitingMs = waiting.Ms,
        };
    }

    public async Task<CounterReport> StopAsync()
    {
        await stop.CancelAsync();
        await loop;
        return Report();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        connection.Dispose();
        stop.Dispose();
    }

    private void Run()
    {
        try
        {
            var increment = RespConnection.Encode("INCR", options.Key);
            var limit = TimeSpan.FromSeconds(options.ReplyLimitSeconds);
            var pause = TimeSpan.FromMilliseconds(options.PauseMilliseconds);
            while (!stop.IsCancellationRequested)
            {
                var asked = time.GetTimestamp();
                Interlocked.Exchange(ref askedAt, asked);
                connection.Send(increment);
                Check(connection.ReadInteger(limit, stop.Token));
                var ms = time.GetElapsedTime(asked).TotalMilliseconds;
                times.Record(ms, time.GetUtcNow().AddMilliseconds(-ms));
                Interlocked.Exchange(ref askedAt, 0);
                connection.Pause(pause);
            }
        }
        catch (OperationCanceledException)
        {
            Interlocked.Exchange(ref askedAt, 0);
        }
        catch (RespException e)
        {
            Interlocked.Increment(ref wrong);
            problem.TrySetResult(e.Message);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            Volatile.Write(ref broken, 1);
            problem.TrySetResult($"connection broken after {times.Count} replies: {e.Message}");
        }
    }

    private void Check(long value)
    {
        if (times.Count > 0 && value != lastValue + 1)
        {
            Interlocked.Increment(ref wrong);
            problem.TrySetResult(string.Create(CultureInfo.InvariantCulture, $"reply {times.Count + 1} was {value}, expected {lastValue + 1}"));
        }

        Interlocked.Exchange(ref lastValue, value);
    }

    private Stall Waiting()
    {
        var asked = Interlocked.Read(ref askedAt);
        if (asked == 0)
        {
            return default;
        }

        var ms = time.GetElapsedTime(asked).TotalMilliseconds;
        return new Stall(ms, time.GetUtcNow().AddMilliseconds(-ms));
    }
}
