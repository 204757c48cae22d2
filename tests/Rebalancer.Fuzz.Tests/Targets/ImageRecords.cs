using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Google.Protobuf;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>Image streams as a source sends them.</summary>
internal static class ImageRecords
{
    public const string Secret = "S3CRET-PAGE";
    public const ulong Heap = 0x7f00_0000_0000;
    private const int PageBytes = 4096;

    /// <summary>Files only; pages; pages that come late, after the manifest.</summary>
    public static IReadOnlyList<byte[]> Streams() => [Stream(pages: false, late: false), Stream(pages: true, late: false), Stream(pages: true, late: true), Tree()];

    public static byte[] Page(int pages = 1) => [.. Enumerable.Range(0, pages).SelectMany(i => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"{Secret}{i:00000}", PageBytes / 16))))];

    public static byte[] Record(ImageRecordKind kind, string name, long offset, ReadOnlySpan<byte> data)
    {
        var head = new byte[ImageRecord.HeadBytes];
        new ImageRecord(data.Length, name.Length, kind, offset).Write(head);
        return [.. head, .. Encoding.Latin1.GetBytes(name), .. data];
    }

    public static byte[] Packed(byte[] data)
    {
        using var compressor = PackedData.NewCompressor();
        var packed = new byte[data.Length];
        return packed[..PackedData.Pack(compressor, data, packed)];
    }

    /// <summary>Cuts a stream at its records; what is none stays in one piece.</summary>
    public static IReadOnlyList<byte[]> Cut(byte[] stream)
    {
        var records = new List<byte[]>();
        for (var at = 0; at < stream.Length;)
        {
            var rest = stream.AsSpan(at);
            var bytes = rest.Length < ImageRecord.HeadBytes ? rest.Length : (int)Math.Min(rest.Length, ImageRecord.HeadBytes + BinaryPrimitives.ReadUInt32LittleEndian(rest) + (long)BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]));
            records.Add(rest[..bytes].ToArray());
            at += bytes;
        }
        return records;
    }

    private static byte[] Stream(bool pages, bool late)
    {
        var manifest = new Manifest();
        var hash = new XxHash3();
        List<byte[]> records = [];
        foreach (var (name, content) in new[] { ("redis/core-1.img", Page()), ("redis/fdinfo-2.img", "of two pieces"u8.ToArray()) })
        {
            records.Add(name.Contains("core", StringComparison.Ordinal) ? Record(ImageRecordKind.PackedChunk, name, 0, Packed(content)) : Record(ImageRecordKind.Chunk, name, 0, content.AsSpan(0, 5)));
            if (content.Length < PageBytes) { records.Add(Record(ImageRecordKind.Chunk, name, 5, content.AsSpan(5))); }
            manifest.Files.Add(new ManifestFile { Path = name, Length = content.Length, XxHash3 = XxHash3.HashToUInt64(content) });
        }
        if (pages)
        {
            foreach (var (at, content) in new[] { (Heap, Page(2)), (Heap + 0x20_0000 - PageBytes, Page(3)) })
            {
                records.Add(Record(at == Heap ? ImageRecordKind.Pages : ImageRecordKind.PackedPages, "redis/1", (long)at, at == Heap ? content : Packed(content)));
                manifest.PageBytes += content.Length;
                hash.Append(content);
            }
            manifest.PagesXxHash3 = hash.GetCurrentHashAsUInt64();
        }
        var range = new byte[ImageRecord.RangeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(range, Heap + 0x40_0000 - PageBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(range.AsSpan(sizeof(ulong)), Heap + 0x40_0000 + PageBytes);
        if (late) { records.Add(Record(ImageRecordKind.Late, "redis/1", 0, range)); }
        records.Add(Record(ImageRecordKind.Manifest, "", 0, manifest.ToByteArray()));
        if (late) { records.Add(Record(ImageRecordKind.Pages, "redis/1", (long)(Heap + 0x40_0000 - PageBytes), Page(2))); }
        return [.. records.SelectMany(each => each)];
    }

    private static byte[] Tree()
    {
        var archive = Archives.Layer();
        var manifest = new Manifest { Files = { new ManifestFile { Path = "_files/files-layer-redis", Length = archive.Length, XxHash3 = XxHash3.HashToUInt64(archive) } } };
        return [.. Record(ImageRecordKind.Chunk, "_files/files-layer-redis", 0, archive), .. Record(ImageRecordKind.Manifest, "", 0, manifest.ToByteArray())];
    }
}
