using System.Net.Sockets;

namespace Rebalancer.Lab.Clients;

/// <summary>How clients of <see cref="RequestLoops"/> ask.</summary>
/// <param name="Clients">Requests outstanding at once.</param>
/// <param name="PauseMs">Think time between a reply and the same client's next request.</param>
/// <param name="ReplyLimitSeconds">A reply later than this counts as a broken connection.</param>
internal sealed record RequestLoopsOptions(int Clients, int PauseMs = 1, int ReplyLimitSeconds = 120);

/// <summary>
/// Clients that each make one request after the other, on a connection of their own, until stopped or until one fails. What a request is and what its reply
/// must be is the caller's; nothing is ever retried.
/// </summary>
internal sealed class RequestLoops : IAsyncDisposable
{
    private readonly Func<int, CancellationToken, Task> request;
    private readonly RequestLoopsOptions options;
    private readonly TimeProvider time;
    private readonly ReplyTimes times = new();
    private readonly long[] askedAt;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loops;
    private string? problem;

    private RequestLoops(Func<int, CancellationToken, Task> request, RequestLoopsOptions options, TimeProvider time)
    {
        this.request = request;
        this.options = options;
        this.time = time;
        askedAt = new long[options.Clients];
        loops = Task.WhenAll(Enumerable.Range(0, options.Clients).Select(client => Task.Run(() => RunAsync(client))));
    }

    /// <param name="request">Makes one request of the client with this number, from 0, and throws when its reply is wrong.</param>
    public static RequestLoops Start(Func<int, CancellationToken, Task> request, RequestLoopsOptions options, TimeProvider time) => new(request, options, time);

    /// <summary>What went wrong first; null while all is well.</summary>
    public string? Problem => Volatile.Read(ref problem);

    public long Replies => times.Count;

    public int Clients => options.Clients;

    /// <summary>Longest wait for one reply since <see cref="OpenWindow"/>, the replies that are being waited for included.</summary>
    public double WindowStallMs => Math.Max(times.WindowLongest.Ms, Enumerable.Range(0, askedAt.Length).Max(WaitingMs));

    public void OpenWindow() => times.OpenWindow();

    /// <summary>Every client ends after the reply that it is waiting for.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await loops;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task RunAsync(int client)
    {
        try
        {
            while (!stop.IsCancellationRequested && Problem is null)
            {
                await AskAsync(client);
                await Task.Delay(TimeSpan.FromMilliseconds(options.PauseMs), time);
            }
        }
        catch (Exception e) when (e is WrongReplyException or IOException or SocketException or HttpRequestException or OperationCanceledException)
        {
            Interlocked.CompareExchange(ref problem, $"client {client} after {Replies} replies of all: {e.Message}", null);
        }
        finally
        {
            Interlocked.Exchange(ref askedAt[client], 0);
        }
    }

    private async Task AskAsync(int client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.ReplyLimitSeconds), time);
        var asked = time.GetTimestamp();
        Interlocked.Exchange(ref askedAt[client], asked);
        await request(client, limit.Token);
        var ms = time.GetElapsedTime(asked).TotalMilliseconds;
        times.Record(ms, time.GetUtcNow().AddMilliseconds(-ms));
    }

    private double WaitingMs(int client) => Interlocked.Read(ref askedAt[client]) is var asked and not 0 ? time.GetElapsedTime(asked).TotalMilliseconds : 0;
}
