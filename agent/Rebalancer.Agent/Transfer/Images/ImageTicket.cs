using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using ZstdSharp;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>Which image streams are expected: a move hands out one ticket, which opens one connection of one node, once.</summary>
internal sealed class ImageTickets
{
    private readonly ConcurrentDictionary<string, ImageTicket> open = new(StringComparer.Ordinal);

    /// <summary>Where image streams are taken; 0 until the listener is up.</summary>
    public int Port { get; set; }

    public ImageTicket Issue(IMoveSink sink, string node)
    {
        var ticket = new ImageTicket(sink, node, gone => open.TryRemove(gone, out _));
        open[ticket.Key] = ticket;
        return ticket;
    }

    /// <returns>Null: no such ticket, used already, or another node's.</returns>
    public ImageTicket? Take(ReadOnlySpan<byte> ticket, string node) =>
        open.TryGetValue(Convert.ToHexString(ticket), out var found) && found.Node == node && open.TryRemove(found.Key, out _) ? found : null;
}

/// <summary>One expected image stream.</summary>
internal sealed class ImageTicket(IMoveSink sink, string node, Action<string> forget) : IAsyncDisposable
{
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource failed = new();
    private readonly Decompressor decompressor = new();
    private byte[] unpacked = [];
    private Task receiving = Task.CompletedTask;

    public byte[] Bytes { get; } = RandomNumberGenerator.GetBytes(ImageRecord.TicketBytes);

    public string Key => Convert.ToHexString(Bytes);

    public string Node => node;

    /// <summary>Why the stream broke; <see cref="Failed"/> fires then.</summary>
    public Exception? Fault { get; private set; }

    public CancellationToken Failed => failed.Token;

    /// <summary>Hands the records of a connection to the sink, up to the last, or until the move is over.</summary>
    public Task ReceiveAsync(Stream stream) => receiving = RunAsync(stream);

    /// <summary>The move is over: ends the stream, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        forget(Key);
        await closing.CancelAsync();
        await receiving;
        closing.Dispose();
        failed.Dispose();
        decompressor.Dispose();
    }

    private async Task RunAsync(Stream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(TransferLimits.ManifestBytes);
        try
        {
            while (await ReadAsync(stream, buffer)) { }
        }
        catch (OperationCanceledException)
        {
            // The move is over, and says so elsewhere.
        }
        catch (Exception e) when (e is IOException or TransferException or Preflight.MoveException or UnauthorizedAccessException)
        {
            Fault = e is TransferException or Preflight.MoveException ? e : new TransferException($"the images did not come whole: {e.Message}");
            await failed.CancelAsync();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <returns>False: nothing more comes.</returns>
    private async Task<bool> ReadAsync(Stream stream, byte[] buffer)
    {
        await stream.ReadExactlyAsync(buffer.AsMemory(0, ImageRecord.HeadBytes), closing.Token);
        var record = ImageRecord.Read(buffer);
        await stream.ReadExactlyAsync(buffer.AsMemory(0, record.NameBytes), closing.Token);
        var name = Encoding.Latin1.GetString(buffer, 0, record.NameBytes);
        await stream.ReadExactlyAsync(buffer.AsMemory(0, record.DataBytes), closing.Token);
        var data = buffer.AsSpan(0, record.DataBytes);
        switch (record.Kind)
        {
            case ImageRecordKind.Chunk: sink.Write(name, record.Offset, data); return true;
            case ImageRecordKind.Pages: return sink.WritePages(name, (ulong)record.Offset, data);
            case ImageRecordKind.PackedChunk: sink.Write(name, record.Offset, Unpack(data)); return true;
            case ImageRecordKind.PackedPages: return sink.WritePages(name, (ulong)record.Offset, Unpack(data));
            case ImageRecordKind.Late: Announce(name, data); return true;
            default: return sink.Store(Manifest.Parser.ParseFrom(data));
        }
    }

    private void Announce(string process, ReadOnlySpan<byte> data)
    {
        if (data.Length % ImageRecord.RangeBytes != 0) { throw new TransferException($"late pages of {process} came as {data.Length} bytes, which are no ranges"); }
        for (; !data.IsEmpty; data = data[ImageRecord.RangeBytes..])
        {
            sink.Announce(process, new PageRange(BinaryPrimitives.ReadUInt64LittleEndian(data), BinaryPrimitives.ReadUInt64LittleEndian(data[sizeof(ulong)..])));
        }
    }

    private ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> data)
    {
        if (unpacked.Length == 0) { unpacked = new byte[TransferLimits.ChunkBytes]; }
        return unpacked.AsSpan(0, PackedData.Unpack(decompressor, data, unpacked));
    }
}
