using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Lab.Clients;

/// <summary>How much is written beside the counter.</summary>
/// <param name="WritesPerSecond">Writes a second, one at a time.</param>
/// <param name="Keys">Number of distinct keys, so that the server's memory stays bounded.</param>
/// <param name="ValueBytes">Length of each value.</param>
internal sealed record LoadClientOptions(int WritesPerSecond = 500, int Keys = 1000, int ValueBytes = 1000);

/// <summary>Overwrites keys over one TCP connection at a steady rate, so that a moved server has dirty memory and traffic. It never reconnects.</summary>
internal sealed class LoadClient : IAsyncDisposable
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const int Seed = 1;
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(120);

    private readonly RespConnection connection;
    private readonly LoadClientOptions options;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private long writes;
    private string? problem;

    private LoadClient(RespConnection connection, LoadClientOptions options)
    {
        this.connection = connection;
        this.options = options;
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public static async Task<LoadClient> StartAsync(IPEndPoint server, LoadClientOptions options, TimeProvider time, CancellationToken cancel)
        => new(await RespConnection.ConnectAsync(server, time, cancel), options);

    public long Writes => Interlocked.Read(ref writes);

    /// <summary>Why the connection ended early; null while it is good.</summary>
    public string? Problem => Volatile.Read(ref problem);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        connection.Dispose();
        stop.Dispose();
    }

    private void Run()
    {
        try
        {
            var noise = new Random(Seed);
            var pause = TimeSpan.FromSeconds(1.0 / options.WritesPerSecond);
            while (!stop.IsCancellationRequested)
            {
                var key = (writes % options.Keys).ToString(CultureInfo.InvariantCulture);
                // Noise: what compresses would not load the link.
                var value = new string(noise.GetItems<char>(Letters, options.ValueBytes));
                connection.Command(ReplyLimit, stop.Token, "SET", "load:" + key, value);
                Interlocked.Increment(ref writes);
                connection.Pause(pause);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped while a reply was outstanding.
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or RespException)
        {
            Volatile.Write(ref problem, $"after {writes} writes: {e.Message}");
        }
    }
}
