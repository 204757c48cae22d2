using System.Buffers.Binary;
using ZstdSharp;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>The data of a compressed record: its bytes before (u32, little endian), then one frame of zstd.</summary>
internal static class PackedData
{
    /// <summary>Its name in Accepted.</summary>
    public const string Codec = "zstd";
    public const int HeadBytes = sizeof(uint);
    /// <summary>The fastest that still looks for repetition: pages are mostly zeros, or not to be compressed at all.</summary>
    private const int Level = 1;

    public static Compressor NewCompressor() => new(Level);

    /// <returns>Bytes of the packed data; 0: it is no smaller.</returns>
    public static int Pack(Compressor compressor, ReadOnlySpan<byte> data, Span<byte> packed)
    {
        // No room for what is no smaller.
        if (data.Length <= HeadBytes || !compressor.TryWrap(data, packed.Slice(HeadBytes, data.Length - HeadBytes - 1), out var written)) { return 0; }
        BinaryPrimitives.WriteUInt32LittleEndian(packed, (uint)data.Length);
        return HeadBytes + written;
    }

    /// <summary>What a peer packed. It says before how much that is, which is at most a chunk, and no byte beyond that is made of it.</summary>
    /// <param name="decompressor">Not thread-safe.</param>
    /// <param name="packed">As it came.</param>
    /// <param name="data">Room for a chunk.</param>
    /// <returns>Bytes of data.</returns>
    /// <exception cref="TransferException">It is not what it says.</exception>
    public static int Unpack(Decompressor decompressor, ReadOnlySpan<byte> packed, Span<byte> data)
    {
        if (packed.Length <= HeadBytes) { throw new TransferException($"compressed data of {packed.Length} bytes came"); }
        var announced = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        if (announced is 0 or > TransferLimits.ChunkBytes) { throw new TransferException($"compressed data of {announced} bytes came, at most {TransferLimits.ChunkBytes} are allowed"); }
        try
        {
            if (decompressor.TryUnwrap(packed[HeadBytes..], data[..(int)announced], out var written) && written == announced) { return written; }
        }
        catch (ZstdException e)
        {
            throw new TransferException($"compressed data came that is none: {e.Message}");
        }
        throw new TransferException($"compressed data came that is not the {announced} bytes that it says");
    }
}
