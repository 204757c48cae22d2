using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Rebalancer.Agent.Local;

/// <summary>The agent's unix socket: one JSON line per connection, one JSON line back. Only root may ask.</summary>
internal sealed class LocalServer(string socketPath, ILocalHandler handler, ILogger<LocalServer> log, int allowedUid = 0) : BackgroundService
{
    public const int MaximumLineBytes = 64 * 1024;
    public const int MaximumCallers = 512;
    private static readonly TimeSpan LineLimit = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim callers = new(MaximumCallers);
    private Socket? listener;
    private FileStream? alone;

    /// <summary>Listens when it returns: a socket that cannot be made must stop the agent's start.</summary>
    /// <exception cref="IOException">Another agent serves this node: taking its socket away would leave the node's pods without addresses.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        PrivateFolder.Create(Path.GetDirectoryName(socketPath)!);
        alone = Lock(socketPath + ".lock");
        listener = Listen();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await callers.WaitAsync(stoppingToken);
            var socket = await listener!.AcceptAsync(stoppingToken);
            _ = ServeAsync(socket, stoppingToken);
        }
    }

    public override void Dispose()
    {
        listener?.Dispose();
        alone?.Dispose();
        callers.Dispose();
        base.Dispose();
    }

    /// <summary>Held as long as this process lives, however it ends.</summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"another agent serves this node: it holds {path}", e);
        }
    }

    private Socket Listen()
    {
        var folder = Path.GetDirectoryName(socketPath)!;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(socketPath);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen(MaximumCallers);
        return listener;
    }

    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        try
        {
            using (socket)
            {
                var peer = PeerCredentials.Of(socket);
                if (peer.Uid != allowedUid)
                {
                    log.LogWarning("Refused a call of uid {Uid} (pid {Pid}) on {Socket}", peer.Uid, peer.Pid, socketPath);
                    return;
                }
                if (await ReadAsync(socket, stopping) is { } request) { await AnswerAsync(socket, request, stopping); }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            log.LogDebug("A local caller hung up: {Cause}", e.Message);
        }
        finally
        {
            callers.Release();
        }
    }

    /// <returns>Null: the caller said nothing that can be answered and is hung up on.</returns>
    private async Task<LocalRequest?> ReadAsync(Socket socket, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(LineLimit);
        var line = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var count = await socket.ReceiveAsync(line.GetMemory(4096), SocketFlags.None, limit.Token);
            if (count == 0) { return null; }
            line.Advance(count);
            var end = line.WrittenSpan.IndexOf((byte)'\n');
            if (end >= 0) { return Parse(line.WrittenSpan[..end]); }
            if (line.WrittenCount > MaximumLineBytes)
            {
                log.LogWarning("A local caller sent a line over {Limit} bytes", MaximumLineBytes);
                return null;
            }
        }
    }

    private LocalRequest? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LocalJson.Default.LocalRequest);
        }
        catch (JsonException e)
        {
            log.LogWarning("A local caller sent a line that is no request: {Cause}", e.Message);
            return null;
        }
    }

    private async Task AnswerAsync(Socket socket, LocalRequest request, CancellationToken stopping)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = WatchHangUpAsync(socket, gone);
        var reply = await ReplyAsync(request, gone.Token);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(reply, LocalJson.Default.LocalReply), (byte)'\n'];
        for (var sent = 0; sent < line.Length;) { sent += await socket.SendAsync(line.AsMemory(sent), SocketFlags.None, stopping); }
        socket.Shutdown(SocketShutdown.Both);
        await watch;
    }

    private async Task<LocalReply> ReplyAsync(LocalRequest request, CancellationToken gone)
    {
        try
        {
            return await handler.HandleAsync(request, gone);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "{Op} of pod {Pod} failed", request.Op, request.PodUid);
            return new LocalReply { Action = LocalActions.Fail, Reason = "AgentError", Message = $"{request.Op} of pod {request.PodUid}: {e.Message}" };
        }
    }

    private static async Task WatchHangUpAsync(Socket socket, CancellationTokenSource gone)
    {
        var one = new byte[64];
        try
        {
            while (await socket.ReceiveAsync(one, SocketFlags.None, gone.Token) > 0) { }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The same as its end.
        }
        await gone.CancelAsync();
    }
}
