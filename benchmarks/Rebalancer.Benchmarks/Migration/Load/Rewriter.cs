using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Benchmarks.Migration.Load;

/// <summary>What is rewritten.</summary>
/// <param name="Keys">Values that exist; chosen in a random order.</param>
/// <param name="MegabytesPerS">Rate of values overwritten, 1,000,000 bytes a second.</param>
/// <param name="Generation">Which writer of this server it is, so that its values differ from an earlier writer's.</param>
internal sealed record RewriterOptions(int Keys, double MegabytesPerS, int Generation);

/// <summary>
/// Overwrites existing values at a steady rate over one TCP connection of its own and reads some of them back: what it reads must be what it wrote
/// last. It never reconnects. Four writes at a time and a check every 64, so that it takes little of the machine.
/// </summary>
internal sealed class Rewriter : IAsyncDisposable
{
    private const int Batch = 4;
    private const int BatchesPerCheck = 16;
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(180);

    private readonly RespConnection connection;
    private readonly RewriterOptions options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly long[] versions;
    private readonly ValueCommands commands = new(Batch);
    private readonly byte[] expected = new byte[RandomValues.Bytes];
    private readonly Task loop;
    private long writes;
    private long wrong;
    private string? problem;

    private Rewriter(RespConnection connection, RewriterOptions options, TimeProvider time)
    {
        this.connection = connection;
        this.options = options;
        this.time = time;
        versions = new long[options.Keys];
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public static async Task<Rewriter> StartAsync(IPEndPoint server, RewriterOptions options, TimeProvider time, CancellationToken cancel) =>
        new(await RespConnection.ConnectAsync(server, time, cancel), options, time);

    /// <summary>Bytes of values written and acknowledged.</summary>
    public long BytesWritten => Interlocked.Read(ref writes) * RandomValues.Bytes;

    public long RepliesWrong => Interlocked.Read(ref wrong);

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
            var bucket = new TokenBucket(options.MegabytesPerS * 1e6, Batch * RandomValues.Bytes);
            var started = time.GetTimestamp();
            for (long round = 1; !stop.IsCancellationRequested; round++)
            {
                connection.Pause(bucket.Take(Batch * RandomValues.Bytes, time.GetElapsedTime(started)));
                var last = WriteBatch(round);
                if (round % BatchesPerCheck == 0) { Check(last); }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped while a reply was outstanding.
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or RespException)
        {
            Volatile.Write(ref problem, $"writer's connection broken after {writes} writes: {e.Message}");
        }
    }

    /// <returns>The key written last.</returns>
    private int WriteBatch(long round)
    {
        commands.Clear();
        var key = 0;
        for (var each = 0; each < Batch; each++)
        {
            key = (int)(RandomValues.Mix((ulong)((round * Batch) + each)) % (ulong)options.Keys);
            versions[key] = ((long)options.Generation << 40) + (round * Batch) + each;
            commands.Set(key, versions[key]);
        }

        connection.Send(commands.Pending);
        for (var each = 0; each < Batch; each++)
        {
            if (connection.ReadLine(ReplyLimit, stop.Token) != "+OK") { Interlocked.Increment(ref wrong); }
            Interlocked.Increment(ref writes);
        }

        return key;
    }

    private void Check(int key)
    {
        connection.Send(RespConnection.Encode("GET", ValueCommands.Key(key)));
        RandomValues.Fill(expected, key, versions[key]);
        if (!expected.AsSpan().SequenceEqual(connection.ReadBulk(ReplyLimit, stop.Token))) { Interlocked.Increment(ref wrong); }
    }
}
