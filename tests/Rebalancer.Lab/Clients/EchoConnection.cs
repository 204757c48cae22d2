using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Rebalancer.Lab.Clients;

/// <summary>One WebSocket connection that sends numbered messages and checks that each comes back as it was sent. It never reconnects.</summary>
internal sealed class EchoConnection : IAsyncDisposable
{
    private const int MaxMessageBytes = 256;

    private readonly ClientWebSocket socket = new();
    private readonly int number;
    private readonly EchoClientsOptions options;
    private readonly ReplyTimes groupTimes;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly TaskCompletionSource<string> groupProblem;
    private long askedAt;
    private long replies;
    private long wrong;
    private int broken;
    private double longestMs;

    public EchoConnection(int number, EchoClientsOptions options, ReplyTimes groupTimes, TaskCompletionSource<string> groupProblem, TimeProvider time)
    {
        this.number = number;
        this.options = options;
        this.groupTimes = groupTimes;
        this.groupProblem = groupProblem;
        this.time = time;
        random = new Random(options.Seed + number);
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
    }

    public long Replies => Interlocked.Read(ref replies);
    public long Wrong => Interlocked.Read(ref wrong);
    public bool Broken => Volatile.Read(ref broken) == 1;
    public double LongestMs => Math.Max(Volatile.Read(ref longestMs), Waiting.Ms);

    public Stall Waiting
    {
        get
        {
            var asked = Interlocked.Read(ref askedAt);
            var ms = asked == 0 ? 0 : time.GetElapsedTime(asked).TotalMilliseconds;
            return asked == 0 ? default : new Stall(ms, time.GetUtcNow().AddMilliseconds(-ms));
        }
    }

    public Task ConnectAsync(Uri server, CancellationToken cancel) => socket.ConnectAsync(server, cancel);

    /// <summary>Sends and checks until stopped or until the connection breaks.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            for (var message = 0L; !stop.IsCancellationRequested; message++)
            {
                await EchoAsync(message, stop);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(options.MinPauseMs, options.MaxPauseMs + 1)), time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Interlocked.Exchange(ref askedAt, 0);
        }
        catch (Exception e) when (e is WebSocketException or IOException or SocketException or OperationCanceledException)
        {
            Volatile.Write(ref broken, 1);
            groupProblem.TrySetResult($"WebSocket connection {number} broken after {replies} echoes: {e.Message}");
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task EchoAsync(long message, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(options.ReplyLimitSeconds));
        var text = string.Create(CultureInfo.InvariantCulture, $"{number}:{message}");
        var asked = time.GetTimestamp();
        Interlocked.Exchange(ref askedAt, asked);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var echo = await ReceiveAsync(limit.Token);
        var ms = time.GetElapsedTime(asked).TotalMilliseconds;
        Interlocked.Exchange(ref askedAt, 0);
        groupTimes.Record(ms, time.GetUtcNow().AddMilliseconds(-ms));
        Volatile.Write(ref longestMs, Math.Max(longestMs, ms));
        Interlocked.Increment(ref replies);
        if (echo != text)
        {
            Interlocked.Increment(ref wrong);
            groupProblem.TrySetResult($"WebSocket connection {number} sent '{text}' and got '{echo}'");
        }
    }

    private async Task<string> ReceiveAsync(CancellationToken cancel)
    {
        var buffer = new byte[MaxMessageBytes];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new IOException($"the server closed it ({socket.CloseStatus})");
            }

            length += part.Count;
            if (part.EndOfMessage || length == buffer.Length)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
    }
}
