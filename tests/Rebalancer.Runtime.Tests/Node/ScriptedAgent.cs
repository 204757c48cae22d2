using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Rebalancer.Agent.Local;

namespace Rebalancer.Runtime.Tests.Node;

/// <summary>An agent on a unix socket whose answers a test writes down. A null answer closes the connection, as a dying agent does.</summary>
internal sealed class ScriptedAgent : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<LocalRequest, CancellationToken, Task<LocalReply?>> answer;
    private readonly Task serving;

    public ScriptedAgent(string socketPath, Func<LocalRequest, CancellationToken, Task<LocalReply?>> answer)
    {
        this.answer = answer;
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen();
        serving = Serve();
    }

    public ScriptedAgent(string socketPath, Func<LocalRequest, LocalReply?> answer) : this(socketPath, (request, _) => Task.FromResult(answer(request)))
    {
    }

    /// <summary>Never answers.</summary>
    public static async Task<LocalReply?> Silence(LocalRequest request, CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        return null;
    }

    public ConcurrentQueue<LocalRequest> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await serving;
        stop.Dispose();
    }

    private async Task Serve()
    {
        var connections = new List<Task>();
        try
        {
            while (true) { connections.Add(Answer(await listener.AcceptAsync(stop.Token))); }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task Answer(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream);
        try
        {
            if (await reader.ReadLineAsync(stop.Token) is not { } line) { return; }
            var request = JsonSerializer.Deserialize(line, LocalJson.Default.LocalRequest)!;
            Requests.Enqueue(request);
            if (await answer(request, stop.Token) is not { } reply) { return; }
            await JsonSerializer.SerializeAsync(stream, reply, LocalJson.Default.LocalReply, stop.Token);
            await stream.WriteAsync("\n"u8.ToArray(), stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller went away, or the test is over.
        }
    }
}
