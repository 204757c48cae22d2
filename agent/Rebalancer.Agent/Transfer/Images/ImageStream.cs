using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>
/// The source's end of a move's image stream: mTLS on a connection of its own, since the bulk costs a third of the CPU time there that it costs as
/// messages of gRPC (117 MB in 0.23 s instead of 0.65 s, both ends on two cores). Not thread-safe.
/// </summary>
internal sealed class ImageStream : IAsyncDisposable
{
    private static readonly TimeSpan ReasonLimit = TimeSpan.FromSeconds(1);
    private const int ProtocolTcp = 6, NotSentLowWater = 25, NotSentBytes = 2 * TransferLimits.ChunkBytes;
    private readonly TcpClient connection;
    private readonly SslStream stream;
    private readonly Task<MoveException> lost;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(ImageRecord.HeadBytes + TransferLimits.PathCharacters + TransferLimits.ChunkBytes);

    private readonly XxHash3 pages = new();

    private ImageStream(TcpClient connection, SslStream stream, Task<MoveException> lost) => (this.connection, this.stream, this.lost) = (connection, stream, lost);

    /// <summary>Slows down what is sent while it is set.</summary>
    public CopyPace? Pace
    {
        get;
        set
        {
            field = value;
            if (value is null) { Packer?.Uncap(); }
        }
    }

    /// <summary>Compresses where that pays; null: nothing is. Ends with the stream.</summary>
    public RecordPacker? Packer { get; set; }

    /// <summary>Bytes of pages sent, those that were sent again included.</summary>
    public long PageBytes { get; private set; }

    /// <param name="host">Address of the target's agent.</param>
    /// <param name="accepted">What the target answered to Hello: its port and this move's ticket.</param>
    /// <param name="tls">The node's certificate, and the rule for the target's.</param>
    /// <param name="lost">Completes with the reason when the target gives the move up.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MoveException">Nobody answers there, or it is not the target's agent.</exception>
    public static async Task<ImageStream> ConnectAsync(string host, Accepted accepted, SslClientAuthenticationOptions tls, Task<MoveException> lost, CancellationToken cancellation)
    {
        var connection = new TcpClient { NoDelay = true };
        // A page that somebody waits for must not stand behind megabytes in the kernel's buffer.
        connection.Client.SetRawSocketOption(ProtocolTcp, NotSentLowWater, BitConverter.GetBytes(NotSentBytes));
        try
        {
            await connection.ConnectAsync(host, (int)accepted.ImagesPort, cancellation);
            var stream = new SslStream(connection.GetStream());
            await stream.AuthenticateAsClientAsync(tls, cancellation);
            byte[] greeting = [.. ImageRecord.Magic, .. accepted.ImagesTicket.Span];
            await stream.WriteAsync(greeting, cancellation);
            return new ImageStream(connection, stream, lost);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            connection.Dispose();
            throw new MoveException(Reasons.PeerUnreachable, $"the target's agent takes no images at {host}:{accepted.ImagesPort}: {e.Message}", inner: e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends bytes of a file, at most a chunk.</summary>
    /// <returns>What was sent; valid until the next call.</returns>
    public async Task<ReadOnlyMemory<byte>> SendAsync(string name, SafeFileHandle file, long offset, int count, CancellationToken cancellation)
    {
        Packer?.Begin();
        var nameBytes = Encoding.ASCII.GetBytes(name, buffer.AsSpan(ImageRecord.HeadBytes));
        var start = ImageRecord.HeadBytes + nameBytes;
        var read = count == 0 ? 0 : RandomAccess.Read(file, buffer.AsSpan(start, Math.Min(count, TransferLimits.ChunkBytes)), offset);
        await WriteAsync(new ImageRecord(read, nameBytes, ImageRecordKind.Chunk, offset), cancellation);
        return buffer.AsMemory(start, read);
    }

    /// <summary>Sends pages of a process, at most a chunk.</summary>
    /// <param name="container">Name of its container.</param>
    /// <param name="imagePid">Its number there.</param>
    /// <param name="reader">Gives whole pages.</param>
    /// <returns>Bytes sent, a multiple of the page size: fewer than asked for where a page cannot be read.</returns>
    public async Task<long> SendPagesAsync(string container, int imagePid, PageReader reader, PageRange range, CancellationToken cancellation)
    {
        Packer?.Begin();
        var nameBytes = Encoding.ASCII.GetBytes(new ProcessName(container, imagePid).ToString(), buffer.AsSpan(ImageRecord.HeadBytes));
        var start = ImageRecord.HeadBytes + nameBytes;
        var read = reader(range.Start, buffer.AsSpan(start, (int)Math.Min(range.Bytes, TransferLimits.ChunkBytes)));
        if (read == 0) { return 0; }
        pages.Append(buffer.AsSpan(start, read));
        PageBytes += read;
        await WriteAsync(new ImageRecord(read, nameBytes, ImageRecordKind.Pages, (long)range.Start), cancellation);
        return read;
    }

    /// <summary>Tells which pages of a process come after the manifest.</summary>
    /// <param name="process">Its container and its number there.</param>
    public async Task AnnounceAsync(string process, IEnumerable<PageRange> late, CancellationToken cancellation)
    {
        var nameBytes = Encoding.ASCII.GetBytes(process, buffer.AsSpan(ImageRecord.HeadBytes));
        var start = ImageRecord.HeadBytes + nameBytes;
        foreach (var part in late.Chunk(TransferLimits.ChunkBytes / ImageRecord.RangeBytes))
        {
            var length = part.Length * ImageRecord.RangeBytes;
            for (var i = 0; i < part.Length; i++)
            {
                var at = buffer.AsSpan(start + (i * ImageRecord.RangeBytes));
                BinaryPrimitives.WriteUInt64LittleEndian(at, part[i].Start);
                BinaryPrimitives.WriteUInt64LittleEndian(at[sizeof(ulong)..], part[i].End);
            }
            new ImageRecord(length, nameBytes, ImageRecordKind.Late, 0).Write(buffer);
            await WriteAsync(buffer.AsMemory(0, start + length), cancellation);
        }
    }

    /// <summary>Sends what ends the stream, but for late pages. Adds what it says about pages.</summary>
    public async Task SendAsync(Manifest manifest, CancellationToken cancellation)
    {
        manifest.PageBytes = PageBytes;
        manifest.PagesXxHash3 = pages.GetCurrentHashAsUInt64();
        var data = manifest.ToByteArray();
        var record = new byte[ImageRecord.HeadBytes + data.Length];
        new ImageRecord(data.Length, 0, ImageRecordKind.Manifest, 0).Write(record);
        data.CopyTo(record, ImageRecord.HeadBytes);
        await WriteAsync(record, cancellation);
        await stream.FlushAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        connection.Dispose();
        Packer?.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private ValueTask CountedAsync(ValueTask wait, bool isCap) => Packer?.CountAsync(wait, isCap) ?? wait;

    /// <summary>Sends a record whose name and data lie in the buffer.</summary>
    private async Task WriteAsync(ImageRecord head, CancellationToken cancellation)
    {
        var length = ImageRecord.HeadBytes + head.NameBytes + head.DataBytes;
        head.Write(buffer);
        var packed = Packer?.Pack(head, buffer.AsSpan(0, length)) ?? default;
        await WriteAsync(packed.IsEmpty ? buffer.AsMemory(0, length) : packed, cancellation);
        Packer?.End(head.DataBytes, packed.IsEmpty ? length : packed.Length);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            if (Pace is { } pace) { await CountedAsync(pace.TakeAsync(bytes.Length, cancellation), isCap: true); }
            await CountedAsync(stream.WriteAsync(bytes, cancellation), isCap: false);
        }
        catch (IOException e)
        {
            // A target that gives the move up hangs up here, and says why on the other stream.
            if (await Task.WhenAny(lost, Task.Delay(ReasonLimit, cancellation)) == lost) { throw await lost; }
            throw new MoveException(Reasons.PeerUnreachable, $"the target's agent does not take images any more: {e.Message}", inner: e);
        }
    }
}
