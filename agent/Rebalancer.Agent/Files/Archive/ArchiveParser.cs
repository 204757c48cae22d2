using System.Buffers.Binary;
using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Archive;

/// <summary>Takes an archive in pieces as they arrive and hands out its records. Checks its form only: what the records say is the sink's to judge. Not thread-safe.</summary>
internal sealed class ArchiveParser(ITreeSink sink)
{
    private readonly byte[] pending = new byte[ArchiveFormat.HeadBytes + FileLimits.RecordBytes];
    private int held;
    private bool isOpen;

    /// <summary>The end of the tree has come.</summary>
    public bool IsComplete { get; private set; }

    /// <exception cref="ArchiveException">No archive, or one that breaks a rule.</exception>
    public void Push(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            var taken = Math.Min(piece.Length, pending.Length - held);
            piece[..taken].CopyTo(pending.AsSpan(held));
            held += taken;
            piece = piece[taken..];
            var used = Take(pending.AsSpan(0, held));
            pending.AsSpan(used, held - used).CopyTo(pending);
            held -= used;
        }
    }

    /// <returns>Bytes of whole records.</returns>
    private int Take(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        if (!isOpen)
        {
            if (bytes.Length < ArchiveFormat.Magic.Length) { return 0; }
            if (!bytes.StartsWith(ArchiveFormat.Magic)) { throw new ArchiveException("an archive of files begins with something else"); }
            isOpen = true;
            used = ArchiveFormat.Magic.Length;
        }
        while (bytes.Length - used >= ArchiveFormat.HeadBytes)
        {
            var kind = (ArchiveRecordKind)bytes[used];
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(used + 1)..]);
            if (length is < 0 or > FileLimits.RecordBytes) { throw new ArchiveException($"a record of {length} bytes, at most {FileLimits.RecordBytes} are allowed"); }
            if (bytes.Length - used - ArchiveFormat.HeadBytes < length) { break; }
            Hand(kind, bytes.Slice(used + ArchiveFormat.HeadBytes, length));
            used += ArchiveFormat.HeadBytes + length;
        }
        return used;
    }

    private void Hand(ArchiveRecordKind kind, ReadOnlySpan<byte> body)
    {
        if (IsComplete) { throw new ArchiveException($"a record ({kind}) after the end"); }
        switch (kind)
        {
            case ArchiveRecordKind.File: sink.File(File(new Fields(body))); break;
            case ArchiveRecordKind.Data when body.Length >= sizeof(long): sink.Data(BinaryPrimitives.ReadInt64LittleEndian(body), body[sizeof(long)..]); break;
            case ArchiveRecordKind.Delete: sink.Delete(RawName.Of(body)); break;
            case ArchiveRecordKind.End when body.IsEmpty:
                sink.End();
                IsComplete = true;
                break;
            default: throw new ArchiveException($"a record of kind {(byte)kind} with {body.Length} bytes");
        }
    }

    private static FileRecord File(Fields fields)
    {
        var path = fields.Text();
        var mode = (ushort)fields.Number(2);
        var (user, group) = ((uint)fields.Number(4), (uint)fields.Number(4));
        var modified = new FileTime(fields.Number(8), (uint)fields.Number(4));
        var size = fields.Number(8);
        var target = fields.Text();
        var count = (int)fields.Number(2);
        if (count > FileLimits.Attributes) { throw new ArchiveException($"{RawName.Shown(path)} has {count} extended attributes, at most {FileLimits.Attributes} are allowed"); }
        var attributes = new FileAttribute[count];
        for (var i = 0; i < count; i++) { attributes[i] = new FileAttribute(fields.Text(), fields.Bytes((uint)fields.Number(4)).ToArray()); }
        return fields.IsEmpty ? new FileRecord(path, mode, user, group, modified, size, target, attributes) : throw new ArchiveException($"{RawName.Shown(path)} has more fields than a file");
    }

    /// <summary>Reads the fields of a body one after another.</summary>
    private ref struct Fields(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public readonly bool IsEmpty => rest.IsEmpty;

        public ReadOnlySpan<byte> Bytes(uint count)
        {
            if (count > rest.Length) { throw new ArchiveException("a record ends in the middle of a field"); }
            var bytes = rest[..(int)count];
            rest = rest[(int)count..];
            return bytes;
        }

        public long Number(int bytes)
        {
            Span<byte> wide = stackalloc byte[sizeof(long)];
            wide.Clear();
            Bytes((uint)bytes).CopyTo(wide);
            return BinaryPrimitives.ReadInt64LittleEndian(wide);
        }

        public string Text() => RawName.Of(Bytes((uint)Number(2)));
    }
}
