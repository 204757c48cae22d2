using System.Buffers.Binary;
using System.Text;

namespace Rebalancer.Agent.Files.Archive;

/// <summary>Writes a tree to a stream. Not thread-safe.</summary>
internal sealed class ArchiveWriter : ITreeSink
{
    private readonly Stream stream;
    private readonly byte[] head = new byte[ArchiveFormat.HeadBytes];

    public ArchiveWriter(Stream stream)
    {
        this.stream = stream;
        stream.Write(ArchiveFormat.Magic);
    }

    public void File(FileRecord file)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.Latin1, leaveOpen: true))
        {
            Text(writer, file.Path);
            writer.Write(file.Mode);
            writer.Write(file.User);
            writer.Write(file.Group);
            writer.Write(file.Modified.Seconds);
            writer.Write(file.Modified.Nanoseconds);
            writer.Write(file.Size);
            Text(writer, file.Target);
            writer.Write((ushort)file.Attributes.Count);
            foreach (var attribute in file.Attributes)
            {
                Text(writer, attribute.Name);
                writer.Write(attribute.Value.Length);
                writer.Write(attribute.Value);
            }
        }
        Record(ArchiveRecordKind.File, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    public void Data(long offset, ReadOnlySpan<byte> data)
    {
        Span<byte> at = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(at, offset);
        Head(ArchiveRecordKind.Data, at.Length + data.Length);
        stream.Write(at);
        stream.Write(data);
    }

    public void Delete(string path) => Record(ArchiveRecordKind.Delete, Encoding.Latin1.GetBytes(path));

    public void End()
    {
        Record(ArchiveRecordKind.End, []);
        stream.Flush();
    }

    private void Record(ArchiveRecordKind kind, ReadOnlySpan<byte> body)
    {
        Head(kind, body.Length);
        stream.Write(body);
    }

    private void Head(ArchiveRecordKind kind, int bodyBytes)
    {
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), bodyBytes);
        stream.Write(head);
    }

    private static void Text(BinaryWriter writer, string raw)
    {
        writer.Write((ushort)raw.Length);
        writer.Write(Encoding.Latin1.GetBytes(raw));
    }
}
