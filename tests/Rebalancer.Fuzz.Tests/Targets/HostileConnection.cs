using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Rebalancer.Fuzz.Tests.Harness;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>What a peer said to a connection of ours.</summary>
/// <param name="Calls">Payloads of the headers and trailers of each call.</param>
/// <param name="Ended">Calls that it has answered to the end, or has reset.</param>
/// <param name="Error">Why it ended the connection, 0 where that was for no fault of ours; null: it did not say.</param>
/// <param name="HungUp">It ended the connection before we did.</param>
internal sealed record PeerAnswer(IReadOnlyDictionary<uint, string> Calls, IReadOnlySet<uint> Ended, uint? Error, bool HungUp)
{
    /// <returns>gRPC's status, or HTTP's where gRPC got no say; null: none came.</returns>
    public string? StatusOf(uint stream)
    {
        if (!Calls.TryGetValue(stream, out var text)) { return null; }
        const string Name = "grpc-status";
        if (text.IndexOf(Name, StringComparison.Ordinal) is >= 0 and var at) { return text.Substring(at + Name.Length + 1, text[at + Name.Length]); }
        // Those that RFC 7541 has a number for (appendix A, 8 to 14) need no text.
        var known = text.TrimStart('\x20')[0];
        return known is >= '\x88' and <= '\x8e' ? ((string[])["200", "204", "206", "304", "400", "404", "500"])[known - '\x88'] : $"HTTP {text.TrimStart('\x20').Substring(2, 3)}";
    }
}

/// <summary>A TLS connection with a good certificate, and whatever bytes.</summary>
internal sealed class HostileConnection(SslStream stream, byte[] input) : IDisposable
{
    /// <summary>What is owed an answer has it by then, or who is to be hung up on is; where the two ends do not agree on what that is, nothing comes.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim writing = new(1);
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<uint> owed = Http2.Ended(input);
    private readonly Dictionary<uint, string> calls = [];
    private readonly HashSet<uint> ended = [];
    private uint? error;
    private bool isOver;

    /// <summary>Sends all, waits for what the sent calls are owed, hangs up, and waits for the other end to do so too.</summary>
    /// <exception cref="BrokenRuleException">It does not.</exception>
    public static async Task<PeerAnswer> PlayAsync(IPEndPoint address, SslClientAuthenticationOptions tls, byte[] input, bool waits)
    {
        using var limit = new CancellationTokenSource(PeerEndpoint.Limit);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address, limit.Token);
        await using var stream = new SslStream(client.GetStream());
        tls.ApplicationProtocols = [SslApplicationProtocol.Http2];
        await stream.AuthenticateAsClientAsync(tls, limit.Token);
        using var connection = new HostileConnection(stream, input);
        try
        {
            var reading = connection.ReadAsync(limit.Token);
            var hungUp = await connection.SendAsync(client.Client, reading, waits, limit.Token);
            await reading;
            return new PeerAnswer(connection.calls, connection.ended, connection.error, hungUp);
        }
        catch (OperationCanceledException)
        {
            throw new BrokenRuleException($"the endpoint neither takes what is sent nor hangs up within {PeerEndpoint.Limit.TotalSeconds} s");
        }
    }

    public void Dispose() => writing.Dispose();

    /// <returns>Whether the other end was first to hang up.</returns>
    private async Task<bool> SendAsync(Socket socket, Task reading, bool waits, CancellationToken cancellation)
    {
        if (owed.Count == 0 && !waits) { answered.TrySetResult(); }
        await WriteAsync(input, cancellation);
        await Task.WhenAny(waits ? reading : answered.Task, reading, Task.Delay(AnswerLimit, cancellation));
        await writing.WaitAsync(cancellation);
        isOver = true;
        var hungUp = reading.IsCompleted;
        try
        {
            await stream.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or CryptographicException)
        {
            // It was first.
        }
        writing.Release();
        return hungUp;
    }

    private async Task WriteAsync(byte[] bytes, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            if (!isOver) { await stream.WriteAsync(bytes, cancellation); }
        }
        catch (IOException)
        {
            // The other end has heard enough, and the reader hears of it.
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var head = new byte[Http2.HeadBytes];
        try
        {
            while (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) == head.Length)
            {
                var payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(head) >> 8];
                await stream.ReadExactlyAsync(payload, cancellation);
                await TakeAsync(head, payload, cancellation);
            }
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }

    private async Task TakeAsync(byte[] head, byte[] payload, CancellationToken cancellation)
    {
        var (type, flags, call) = (head[3], head[4], Http2.StreamOf(head));
        switch (type)
        {
            case Http2.Headers: calls[call] = calls.GetValueOrDefault(call, "") + Encoding.Latin1.GetString(payload); break;
            case Http2.GoAway: error = BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4)); break;
            // Who does not answer is hung up on, in the middle of what is to be seen here.
            case Http2.Ping when (flags & Http2.Ack) == 0: await WriteAsync(Http2.Frame(Http2.Ping, Http2.Ack, 0, payload), cancellation); break;
            default: break;
        }
        if (type == Http2.Reset || (type is Http2.Headers or Http2.Data && (flags & Http2.EndStream) != 0)) { ended.Add(call); }
        if (owed.IsSubsetOf(ended)) { answered.TrySetResult(); }
    }
}
