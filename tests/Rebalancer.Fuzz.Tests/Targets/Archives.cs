using System.Buffers.Binary;
using System.Text;
using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>Trees of files as a source sends them, with what could lead out of one.</summary>
internal static class Archives
{
    public const string Secret = "S3CRET-FILE";
    private static readonly FileTime Then = new(1_700_000_000, 5);

    public static byte[] Layer() => Write(writer =>
    {
        writer.File(Folder("."));
        writer.File(Folder("etc"));
        Regular(writer, "etc/passwd", Secret);
        writer.File(File("etc/removed", 0x2000, 0, ""));
        writer.File(File("etc/again", 0x81a4, 0, "etc/passwd"));
        writer.File(Folder("var") with { Attributes = [new FileAttribute("user.note", "text"u8.ToArray())] });
        writer.File(File("var/pipe", 0x1180, 0, ""));
        writer.Delete("var/pipe");
    });

    public static IReadOnlyList<byte[]> Volumes() =>
    [
        Write(writer =>
        {
            writer.File(Folder("."));
            writer.File(Folder("a"));
            writer.File(Folder("a/b"));
            Regular(writer, "a/b/c", Secret);
            writer.Delete("a");
            Regular(writer, "a", Secret);
        }),
        Write(writer =>
        {
            writer.File(File("a", 0xa1ff, 0, "../outside"));
            writer.File(File("b", 0xa1ff, 0, "../../outside"));
            writer.File(File("c", 0xa1ff, 0, "/"));
            writer.File(Folder("d"));
            writer.File(File("d/socket", 0xc1ff, 0, ""));
            Regular(writer, "untouched", Secret);
            writer.File(File("link", 0x81a4, 0, "untouched"));
        }),
    ];

    public static IReadOnlyList<byte[]> Cut(byte[] archive)
    {
        if (archive.Length < ArchiveFormat.Magic.Length) { return []; }
        var records = new List<byte[]> { archive[..ArchiveFormat.Magic.Length] };
        for (var at = ArchiveFormat.Magic.Length; at < archive.Length;)
        {
            var rest = archive.AsSpan(at);
            var bytes = rest.Length < ArchiveFormat.HeadBytes ? rest.Length : (int)Math.Clamp(ArchiveFormat.HeadBytes + (long)BinaryPrimitives.ReadInt32LittleEndian(rest[1..]), 1, rest.Length);
            records.Add(rest[..bytes].ToArray());
            at += bytes;
        }
        return records;
    }

    private static byte[] Write(Action<ArchiveWriter> write)
    {
        using var stream = new MemoryStream();
        var writer = new ArchiveWriter(stream);
        write(writer);
        writer.End();
        return stream.ToArray();
    }

    private static void Regular(ArchiveWriter writer, string path, string content)
    {
        writer.File(File(path, 0x81a4, content.Length, ""));
        writer.Data(0, Encoding.ASCII.GetBytes(content));
    }

    private static FileRecord Folder(string path) => File(path, 0x41ed, 0, "");

    private static FileRecord File(string path, ushort mode, long size, string target) => new(path, mode, 0, 0, Then, size, target, []);
}
