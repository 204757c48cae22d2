using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>Writes values all over a Redis as fast as it is answered, on one connection, and remembers what was acknowledged.</summary>
internal sealed class ValueWriter : IAsyncDisposable
{
    private const int Keys = 20_000, Step = 7_919;
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(60);
    private readonly RespConnection connection;
    private readonly CancellationTokenSource stop = new();
    private readonly long[] versions = new long[Keys];
    private readonly Task loop;

    private ValueWriter(RespConnection connection)
    {
        this.connection = connection;
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public long Written { get; private set; }

    /// <summary>Why it ended early.</summary>
    public string? Problem { get; private set; }

    public static async Task<ValueWriter> StartAsync(IPEndPoint server, TimeProvider time, CancellationToken cancel) =>
        new(await RespConnection.ConnectAsync(server, time, cancel));

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await loop;
    }

    /// <summary>Keys whose value is not the one that was acknowledged last.</summary>
    public IReadOnlyList<int> Wrong(RespConnection reader, TimeSpan limit, CancellationToken cancel)
    {
        var wrong = new List<int>();
        for (var key = 0; key < Keys; key++)
        {
            reader.Send(RespConnection.Encode("GET", Name(key)));
            var value = reader.ReadBulk(limit, cancel);
            if ((versions[key] == 0) != (value is null) || (value is not null && Encoding.ASCII.GetString(value) != Value(key, versions[key]))) { wrong.Add(key); }
        }
        return wrong;
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
            for (var (key, version) = (0, 1L); !stop.IsCancellationRequested; key = (key + Step) % Keys, version++)
            {
                connection.Command(ReplyLimit, CancellationToken.None, "SET", Name(key), Value(key, version));
                versions[key] = version;
                Written++;
            }
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or RespException)
        {
            Problem = e.Message;
        }
    }

    private static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"written:{key}");

    private static string Value(int key, long version) => string.Create(CultureInfo.InvariantCulture, $"{key}/{version}/").PadRight(1000, (char)('a' + (version % 26)));
}
