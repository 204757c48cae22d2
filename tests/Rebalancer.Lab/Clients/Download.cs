using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rebalancer.Lab.Clients;

/// <summary>Downloads one file over HTTP, again and again over one TCP connection, and compares every byte. It never reconnects.</summary>
/// <param name="ContentAt">Writes what the file must hold at an offset; the span is zeroed.</param>
internal sealed record DownloadOptions(string Path, long Bytes, Action<long, Memory<byte>> ContentAt)
{
    /// <summary>Compared at once; divides the file.</summary>
    public int PieceBytes { get; init; } = 1 << 18;
}

/// <inheritdoc cref="DownloadOptions"/>
internal sealed class Download : IDisposable
{
    private const int MaxHeaderBytes = 8192;

    private readonly DownloadOptions options;
    private readonly TcpClient client;
    private readonly byte[] piece;
    private readonly byte[] expected;
    private long position;

    private Download(DownloadOptions options, TcpClient client)
    {
        this.options = options;
        this.client = client;
        piece = new byte[options.PieceBytes];
        expected = new byte[options.PieceBytes];
        position = options.Bytes;
    }

    /// <summary>Of all passes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The whole file was compared, and nothing of the next pass has been asked for.</summary>
    public bool AtEnd => position == options.Bytes;

    public static async Task<Download> OpenAsync(IPEndPoint server, DownloadOptions options, CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server, cancel);
        return new Download(options, client);
    }

    /// <summary>Compares the next piece.</summary>
    /// <exception cref="WrongReplyException">A byte differs, or the server answers something else than the file.</exception>
    public async Task NextAsync(CancellationToken cancel)
    {
        var stream = client.GetStream();
        if (AtEnd)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {options.Path} HTTP/1.1\r\nHost: server\r\n\r\n"), cancel);
            await ReadHeaderAsync(stream, cancel);
            position = 0;
        }

        await stream.ReadExactlyAsync(piece, cancel);
        expected.AsSpan().Clear();
        options.ContentAt(position, expected);
        if (piece.AsSpan().CommonPrefixLength(expected) is var equal && equal < piece.Length)
        {
            throw new WrongReplyException(string.Create(CultureInfo.InvariantCulture, $"byte {position + equal} of {options.Path} is {piece[equal]} instead of {expected[equal]}"));
        }

        position += piece.Length;
        Bytes += piece.Length;
    }

    public void Dispose() => client.Dispose();

    private async Task ReadHeaderAsync(NetworkStream stream, CancellationToken cancel)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancel);
            header.Append((char)one[0]);
            _ = header.Length < MaxHeaderBytes ? true : throw new WrongReplyException($"a header of more than {MaxHeaderBytes} bytes");
        }

        var text = header.ToString();
        if (!text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || !text.Contains(string.Create(CultureInfo.InvariantCulture, $"\r\nContent-Length: {options.Bytes}\r\n"), StringComparison.Ordinal))
        {
            throw new WrongReplyException($"the server answered '{text}'");
        }
    }
}
