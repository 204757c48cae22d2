using System.Buffers;
using System.Text;
using System.Text.Json;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Agent.Local;

/// <summary>
/// Asks the agent of this node one question over its unix socket and waits for the answer. Blocking and single-threaded on purpose: its users
/// live for one question. The end of the connection before an answer is a fault, never an answer.
/// </summary>
public sealed class AgentClient(string socketPath, TimeProvider clock)
{
    public const int MaximumReplyBytes = 64 * 1024;
    private const int ConnectRetryMs = 100;

    /// <param name="request">The question.</param>
    /// <param name="limit">The longest wait for the answer, connecting included.</param>
    /// <param name="connectWindow">How long to try again while nobody listens: an agent that is being replaced is back within seconds.</param>
    /// <param name="lifelines">pidfds of processes without which the answer is of no use.</param>
    /// <exception cref="AgentUnavailableException">No answer.</exception>
    public LocalReply Ask(LocalRequest request, TimeSpan limit, TimeSpan connectWindow, params ReadOnlySpan<int> lifelines)
    {
        var start = clock.GetTimestamp();
        var socket = Connect(request, connectWindow < limit ? connectWindow : limit, start);
        try
        {
            Send(socket, request);
            return Receive(socket, request, limit, start, lifelines);
        }
        finally
        {
            _ = SystemCalls.Close(socket);
        }
    }

    /// <summary>Connects and asks nothing.</summary>
    /// <exception cref="AgentUnavailableException">Nobody listens.</exception>
    public void Probe() => _ = SystemCalls.Close(Connect(new LocalRequest { Op = "probe" }, TimeSpan.Zero, clock.GetTimestamp()));

    private int Connect(LocalRequest request, TimeSpan window, long start)
    {
        var address = Address(socketPath);
        while (true)
        {
            var socket = SystemCalls.OpenSocket(SystemCalls.AfUnix, SystemCalls.SockStream | SystemCalls.SockCloexec, 0);
            if (socket >= 0 && SystemCalls.Connect(socket, address, (uint)address.Length) == 0) { return socket; }
            if (socket >= 0) { _ = SystemCalls.Close(socket); }
            if (clock.GetElapsedTime(start) >= window)
            {
                throw new AgentUnavailableException(AgentFault.Unreachable, $"agent socket {socketPath}: nobody answers {request.Op} of pod {request.PodUid}");
            }
            SystemCalls.PauseMs(ConnectRetryMs);
        }
    }

    private static void Send(int socket, LocalRequest request)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(request, LocalJson.Default.LocalRequest);
        ReadOnlySpan<byte> rest = [.. line, (byte)'\n'];
        while (!rest.IsEmpty)
        {
            var sent = SystemCalls.Send(socket, in rest[0], (nuint)rest.Length, SystemCalls.MsgNoSignal);
            if (sent <= 0) { throw Broken(request); }
            rest = rest[(int)sent..];
        }
    }

    private LocalReply Receive(int socket, LocalRequest request, TimeSpan limit, long start, ReadOnlySpan<int> lifelines)
    {
        var watched = new PollDescriptor[1 + lifelines.Length];
        watched[0] = new PollDescriptor { Descriptor = socket, Events = SystemCalls.PollIn };
        for (var i = 0; i < lifelines.Length; i++) { watched[i + 1] = new PollDescriptor { Descriptor = lifelines[i], Events = SystemCalls.PollIn }; }
        var buffer = new ArrayBufferWriter<byte>(1024);
        while (true)
        {
            var leftMs = (int)Math.Ceiling((limit - clock.GetElapsedTime(start)).TotalMilliseconds);
            if (leftMs <= 0)
            {
                throw new AgentUnavailableException(AgentFault.TimedOut, $"agent did not decide {request.Op} of pod {request.PodUid} within {limit.TotalSeconds} s");
            }
            if (SystemCalls.Poll(watched, (nuint)watched.Length, leftMs) <= 0) { continue; }
            if (watched[0].Returned == 0)
            {
                throw new AgentUnavailableException(AgentFault.CallerGone, $"{request.Op} of pod {request.PodUid}: the runtime call it belongs to has ended");
            }
            if (ReadLine(socket, buffer, request) is { } reply) { return reply; }
        }
    }

    private static LocalReply? ReadLine(int socket, ArrayBufferWriter<byte> buffer, LocalRequest request)
    {
        var free = buffer.GetSpan(1024);
        var count = SystemCalls.Read(socket, ref free[0], (nuint)free.Length);
        if (count <= 0) { throw Broken(request); }
        buffer.Advance((int)count);
        var end = buffer.WrittenSpan.IndexOf((byte)'\n');
        if (end < 0 && buffer.WrittenCount <= MaximumReplyBytes) { return null; }
        try
        {
            if (end >= 0 && JsonSerializer.Deserialize(buffer.WrittenSpan[..end], LocalJson.Default.LocalReply) is { } reply) { return reply; }
        }
        catch (JsonException)
        {
            // Told below with the question that it answers.
        }
        throw new AgentUnavailableException(AgentFault.Malformed, $"agent answered {request.Op} of pod {request.PodUid} with something that is no reply");
    }

    private static AgentUnavailableException Broken(LocalRequest request) =>
        new(AgentFault.Broken, $"agent closed the connection before it answered {request.Op} of pod {request.PodUid}");

    /// <summary>struct sockaddr_un.</summary>
    private static byte[] Address(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length > 107) { throw new ArgumentException($"unix socket path {path} is {name.Length} bytes long, at most 107 fit", nameof(path)); }
        return [SystemCalls.AfUnix, 0, .. name, 0];
    }
}
