using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rebalancer.Lab.Clients;

/// <summary>The server answered something that is not what the command's reply looks like.</summary>
internal sealed class RespException(string message) : Exception(message);

/// <summary>
/// One TCP connection that speaks Redis's protocol (RESP2), one command at a time, without a client library: nothing in it reconnects, retries or buffers,
/// so what the caller sees is what the connection did. Blocking; every wait ends by its limit, by cancellation or by the connection's end.
/// </summary>
internal sealed class RespConnection : IDisposable
{
    /// <summary>How often a wait looks at its cancellation token.</summary>
    private const int WaitSliceMicroseconds = 50_000;

    private readonly Socket socket;
    private readonly TimeProvider time;
    private readonly byte[] buffer = new byte[64 * 1024];
    private int filled;

    private RespConnection(Socket socket, TimeProvider time)
    {
        this.socket = socket;
        this.time = time;
    }

    public static async Task<RespConnection> ConnectAsync(IPEndPoint server, TimeProvider time, CancellationToken cancel)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancel);
            return new RespConnection(socket, time);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static byte[] Encode(params string[] words)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <exception cref="SocketException">The connection broke.</exception>
    public void Send(ReadOnlySpan<byte> command)
    {
        while (!command.IsEmpty)
        {
            command = command[socket.Send(command)..];
        }
    }

    /// <summary>Waits without asking anything, for a closed-loop client's think time; data or an end of the connection cut it short.</summary>
    /// <param name="pause">Whole milliseconds: less is none.</param>
    public void Pause(TimeSpan pause) => socket.Poll(pause, SelectMode.SelectRead);

    /// <summary>The next line without its type byte checked: ":12", "+OK", "-ERR ...", "$5" (a bulk reply's length).</summary>
    /// <exception cref="IOException">The server closed the connection.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="TimeoutException">No reply within the limit.</exception>
    public string ReadLine(TimeSpan limit, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, 0, end);
                Consume(end + 2);
                return line;
            }

            Fill(started, limit, cancel);
        }
    }

    /// <exception cref="RespException">The reply is an error or no integer.</exception>
    public long ReadInteger(TimeSpan limit, CancellationToken cancel)
    {
        var line = ReadLine(limit, cancel);
        return line.StartsWith(':') && Utf8Parser.TryParse(Encoding.UTF8.GetBytes(line[1..]), out long value, out var used) && used == line.Length - 1
            ? value
            : throw new RespException($"expected an integer reply, got '{line}'");
    }

    /// <summary>A bulk reply's bytes, at most the buffer's 64 KiB; null when there is no such key.</summary>
    /// <exception cref="RespException">The reply is an error or no bulk reply.</exception>
    public byte[]? ReadBulk(TimeSpan limit, CancellationToken cancel)
    {
        var line = ReadLine(limit, cancel);
        if (line == "$-1")
        {
            return null;
        }

        if (!line.StartsWith('$') || !int.TryParse(line[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > buffer.Length - 2)
        {
            throw new RespException($"expected a bulk reply of at most {buffer.Length - 2} bytes, got '{line}'");
        }

        for (var started = time.GetTimestamp(); filled < length + 2;)
        {
            Fill(started, limit, cancel);
        }

        var value = buffer[..length];
        Consume(length + 2);
        return value;
    }

    /// <summary>Sends a command whose reply is one line (status, integer or error) and returns that line.</summary>
    /// <exception cref="RespException">The server answered with an error.</exception>
    public string Command(TimeSpan limit, CancellationToken cancel, params string[] words)
    {
        Send(Encode(words));
        var line = ReadLine(limit, cancel);
        return line.StartsWith('-') ? throw new RespException($"'{string.Join(' ', words)}' answered '{line}'") : line;
    }

    public void Dispose() => socket.Dispose();

    private void Fill(long started, TimeSpan limit, CancellationToken cancel)
    {
        while (!socket.Poll(WaitSliceMicroseconds, SelectMode.SelectRead))
        {
            cancel.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"no reply within {limit.TotalSeconds:0} s");
            }
        }

        if (filled == buffer.Length)
        {
            throw new RespException($"a reply line is longer than {buffer.Length} bytes");
        }

        var read = socket.Receive(buffer.AsSpan(filled));
        filled += read > 0 ? read : throw new IOException("the server closed the connection");
    }

    private void Consume(int bytes)
    {
        buffer.AsSpan(bytes, filled - bytes).CopyTo(buffer);
        filled -= bytes;
    }
}
