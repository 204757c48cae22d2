using ZstdSharp;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>Measures what the records of one stream take, and compresses them while that pays (<see cref="CompressionPolicy"/>). Not thread-safe.</summary>
internal sealed class RecordPacker(TimeProvider clock) : IDisposable
{
    /// <summary>Of one window at least: shorter ones show the buffers more than the link.</summary>
    private const long WindowBytes = 1 << 20;
    private static readonly TimeSpan WindowTime = TimeSpan.FromMilliseconds(50);
    private const int RecordsPerTrial = 8;
    private readonly Compressor compressor = PackedData.NewCompressor();
    private readonly byte[] packed = new byte[ImageRecord.HeadBytes + TransferLimits.PathCharacters + TransferLimits.ChunkBytes];
    private LinkWindow window;
    private CompressionState state;
    private long start;
    private int records;
    private TimeSpan capped;
    private bool isCapped;

    /// <summary>What is sent now, a frozen pod waits for.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Bytes of data that went over compressed, as they were, and as they went.</summary>
    public long BytesBefore { get; private set; }
    public long BytesAfter { get; private set; }

    /// <summary>The bandwidth cap does not hold any more: what was learnt under it says nothing of the link.</summary>
    public void Uncap()
    {
        if (isCapped) { state = default; }
        (window, capped, isCapped) = (default, TimeSpan.Zero, false);
    }

    /// <summary>A record is begun.</summary>
    public void Begin() => start = clock.GetTimestamp();

    /// <summary>Compresses a record where that pays.</summary>
    /// <param name="record">Its head, name and data.</param>
    /// <returns>What is to be sent instead; empty: it is sent as it is. Valid until the next call.</returns>
    public ReadOnlyMemory<byte> Pack(ImageRecord head, ReadOnlySpan<byte> record)
    {
        var isTrial = state.IsTrial && !IsFrozen && ++records % RecordsPerTrial == 0;
        if (head.DataBytes == 0 || !(isTrial || (state.IsOn && (!IsFrozen || state.Gain >= CompressionPolicy.InFreeze)))) { return default; }
        var before = clock.GetTimestamp();
        var dataStart = ImageRecord.HeadBytes + head.NameBytes;
        var size = PackedData.Pack(compressor, record[dataStart..], packed.AsSpan(dataStart));
        window = window with { Packing = window.Packing + clock.GetElapsedTime(before), TriedBytes = window.TriedBytes + head.DataBytes, PackedBytes = window.PackedBytes + (size > 0 ? size : head.DataBytes) };
        if (size == 0) { return default; }
        record[ImageRecord.HeadBytes..dataStart].CopyTo(packed.AsSpan(ImageRecord.HeadBytes));
        (head with { DataBytes = size, Kind = head.Kind == ImageRecordKind.Pages ? ImageRecordKind.PackedPages : ImageRecordKind.PackedChunk }).Write(packed);
        BytesBefore += head.DataBytes;
        BytesAfter += size;
        return packed.AsMemory(0, dataStart + size);
    }

    /// <summary>Counts how long the record waits for the bandwidth cap, or for the link.</summary>
    public async ValueTask CountAsync(ValueTask wait, bool isCap)
    {
        var before = wait.IsCompleted ? (long?)null : clock.GetTimestamp();
        await wait;
        var waited = before is { } at ? clock.GetElapsedTime(at) : TimeSpan.Zero;
        window = window with { Blocked = window.Blocked + waited };
        if (isCap) { capped += waited; }
    }

    /// <summary>The record has been handed over.</summary>
    /// <param name="rawBytes">Of its data.</param>
    /// <param name="wireBytes">As it went.</param>
    public void End(long rawBytes, long wireBytes)
    {
        window = window with { RawBytes = window.RawBytes + rawBytes, WireBytes = window.WireBytes + wireBytes, Elapsed = window.Elapsed + clock.GetElapsedTime(start) };
        if (IsFrozen || window.RawBytes < WindowBytes || window.Elapsed < WindowTime) { return; }
        state = CompressionPolicy.Next(state, window);
        isCapped = capped * 2 > window.Blocked;
        (window, capped) = (default, TimeSpan.Zero);
    }

    public void Dispose() => compressor.Dispose();
}
