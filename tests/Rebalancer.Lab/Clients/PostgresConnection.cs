using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rebalancer.Lab.Clients;

/// <summary>What one statement gave.</summary>
/// <param name="Tag">"UPDATE 1", "COMMIT".</param>
/// <param name="Rows">The values of each row, as text.</param>
internal sealed record PostgresResult(string Tag, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>PostgreSQL's protocol (version 3, simple queries, no password) on one TCP connection, without a client library: nothing in it reconnects or retries.</summary>
internal sealed class PostgresConnection : IDisposable
{
    private const int ProtocolVersion = 3 << 16;
    private const int MaxMessageBytes = 1 << 20;
    private const int HeaderBytes = 5;

    private readonly NetworkStream stream;

    /// <param name="connected">Its owner from now on.</param>
    private PostgresConnection(Socket connected) => stream = new NetworkStream(connected, ownsSocket: true);

    /// <exception cref="WrongReplyException">The server refused, for instance because it is still starting.</exception>
    public static async Task<PostgresConnection> OpenAsync(IPEndPoint server, CancellationToken cancel)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancel);
            var connection = new PostgresConnection(socket);
            await connection.stream.WriteAsync(Startup(), cancel);
            await connection.ReadResultAsync("connecting", cancel);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Runs one statement.</summary>
    /// <exception cref="WrongReplyException">The server answered with an error.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<PostgresResult> QueryAsync(string sql, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetBytes(sql + "\0");
        await stream.WriteAsync(Message((byte)'Q', text), cancel);
        return await ReadResultAsync(sql, cancel);
    }

    /// <summary>The only value of the only row.</summary>
    public async Task<string> ValueAsync(string sql, CancellationToken cancel) =>
        await QueryAsync(sql, cancel) is { Rows: [[var value]] } ? value : throw new WrongReplyException($"'{sql}' gave no single value");

    public void Dispose() => stream.Dispose();

    /// <summary>Reads up to "ready for query"; an error is thrown only then, so that the connection stays usable.</summary>
    private async Task<PostgresResult> ReadResultAsync(string what, CancellationToken cancel)
    {
        var tag = "";
        string? error = null;
        var rows = new List<IReadOnlyList<string>>();
        while (true)
        {
            var (type, body) = await ReadMessageAsync(cancel);
            switch (type)
            {
                case 'Z':
                    return error is null ? new PostgresResult(tag, rows) : throw new WrongReplyException($"'{what}': {error}");
                case 'C':
                    tag = Encoding.UTF8.GetString(body).TrimEnd('\0');
                    break;
                case 'D':
                    rows.Add(Row(body));
                    break;
                case 'E' when Encoding.UTF8.GetString(body).Contains("VFATAL", StringComparison.Ordinal):
                    // The server closes the connection after a fatal error instead of being ready again.
                    throw new WrongReplyException($"'{what}': {Encoding.UTF8.GetString(body).Replace('\0', ' ')}");
                case 'E':
                    error = Encoding.UTF8.GetString(body).Replace('\0', ' ');
                    break;
                case 'R' when BinaryPrimitives.ReadInt32BigEndian(body) != 0:
                    throw new WrongReplyException("the server asks for a password");
            }
        }
    }

    private async Task<(char Type, byte[] Body)> ReadMessageAsync(CancellationToken cancel)
    {
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancel);
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - sizeof(int);
        if (length is < 0 or > MaxMessageBytes)
        {
            throw new WrongReplyException($"a message of {length} bytes; at most {MaxMessageBytes} are expected");
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancel);
        return ((char)header[0], body);
    }

    private static List<string> Row(ReadOnlySpan<byte> body)
    {
        var values = new List<string>();
        var columns = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[sizeof(short)..];
        for (var column = 0; column < columns; column++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[sizeof(int)..];
            values.Add(length < 0 ? "" : Encoding.UTF8.GetString(body[..length]));
            body = body[Math.Max(0, length)..];
        }

        return values;
    }

    private static byte[] Startup()
    {
        var settings = Encoding.UTF8.GetBytes("user\0postgres\0database\0postgres\0\0");
        var body = new byte[sizeof(int) + settings.Length];
        BinaryPrimitives.WriteInt32BigEndian(body, ProtocolVersion);
        settings.CopyTo(body, sizeof(int));
        // The first message alone has no type.
        return Message(0, body)[1..];
    }

    private static byte[] Message(byte type, byte[] body)
    {
        var message = new byte[HeaderBytes + body.Length];
        message[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), sizeof(int) + body.Length);
        body.CopyTo(message, HeaderBytes);
        return message;
    }
}
