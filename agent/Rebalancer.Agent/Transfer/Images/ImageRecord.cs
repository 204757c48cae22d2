using System.Buffers.Binary;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>What a record of an image stream carries.</summary>
internal enum ImageRecordKind : ushort
{
    /// <summary>Bytes of one file.</summary>
    Chunk = 1,

    /// <summary>Pages of one process, which the name tells (container/number in it); the offset is the address of the first.</summary>
    Pages = 3,

    /// <summary>The same two, with their data compressed (<see cref="PackedData"/>); only to a target whose Accepted names the codec.</summary>
    PackedChunk = 4,
    PackedPages = 5,

    /// <summary>Every file with its length and hash, as a Manifest of node.proto: the last record, unless late pages were announced.</summary>
    Manifest = 2,

    /// <summary>Pages of one process, named as for Pages, that come after the manifest: first address (u64) and the one after the last (u64), of each range.</summary>
    Late = 6,
}

/// <summary>
/// The head of one record, little endian: bytes of data (u32), bytes of the file's name (u16), kind (u16), offset in the file (u64). Name and data follow.
/// A stream begins with <see cref="Magic"/> and the ticket that the target gave out for this move.
/// </summary>
internal readonly record struct ImageRecord(int DataBytes, int NameBytes, ImageRecordKind Kind, long Offset)
{
    public const int HeadBytes = 16;
    public const int TicketBytes = 32;
    public const int RangeBytes = 2 * sizeof(ulong);

    /// <summary>Name and version of the protocol.</summary>
    public static ReadOnlySpan<byte> Magic => "RBIMAGE2"u8;

    public void Write(Span<byte> head)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)DataBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], (ushort)NameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], (ushort)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], Offset);
    }

    /// <exception cref="TransferException">A size or a kind that no record has.</exception>
    public static ImageRecord Read(ReadOnlySpan<byte> head)
    {
        var dataBytes = BinaryPrimitives.ReadUInt32LittleEndian(head);
        var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]);
        var kind = (ImageRecordKind)BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        var longest = kind switch
        {
            ImageRecordKind.Chunk or ImageRecordKind.Pages or ImageRecordKind.PackedChunk or ImageRecordKind.PackedPages or ImageRecordKind.Late => TransferLimits.ChunkBytes,
            ImageRecordKind.Manifest => TransferLimits.ManifestBytes,
            _ => throw new TransferException($"a record of kind {(ushort)kind} came"),
        };
        if (dataBytes > longest || nameBytes > TransferLimits.PathCharacters) { throw new TransferException($"a {kind} of {dataBytes} bytes with a name of {nameBytes} came, at most {longest} and {TransferLimits.PathCharacters} are allowed"); }
        return new ImageRecord((int)dataBytes, nameBytes, kind, BinaryPrimitives.ReadInt64LittleEndian(head[8..]));
    }
}
