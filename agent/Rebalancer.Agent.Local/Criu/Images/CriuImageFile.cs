using System.Buffers.Binary;

namespace Rebalancer.Agent.Local.Criu.Images;

/// <summary>
/// An image file of CRIU (criu.org/Images): a magic number for all, one for its kind, then messages with their lengths before them (u32, little endian).
/// </summary>
internal static class CriuImageFile
{
    public const uint PagemapMagic = 0x56084025, MemoryMagic = 0x57492820, InodeCacheMagic = 0x57004059;
    private const uint CommonMagic = 0x54564319, ServiceMagic = 0x55105940;
    private const int HeadBytes = 2 * sizeof(uint);
    private const long MaximumBytes = 512L << 20;

    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static IReadOnlyList<byte[]> Read(string path, uint magic)
    {
        var length = new FileInfo(path).Length;
        if (length > MaximumBytes) { throw new InvalidDataException($"{Path.GetFileName(path)} has {length} bytes, more than {MaximumBytes}"); }
        return Parse(File.ReadAllBytes(path), magic, Path.GetFileName(path));
    }

    public static IReadOnlyList<byte[]> Parse(ReadOnlySpan<byte> file, uint magic, string name)
    {
        if (file.Length < HeadBytes || BinaryPrimitives.ReadUInt32LittleEndian(file) != CommonMagic || BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) != magic)
        {
            throw new InvalidDataException($"{name} is no image of CRIU with magic {magic:x8}");
        }
        var messages = new List<byte[]>();
        for (var rest = file[HeadBytes..]; !rest.IsEmpty;)
        {
            if (rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(rest) is var length && length > rest.Length - sizeof(uint))
            {
                throw new InvalidDataException($"{name} ends in the middle of a message");
            }
            messages.Add(rest.Slice(sizeof(uint), (int)length).ToArray());
            rest = rest[(sizeof(uint) + (int)length)..];
        }
        return messages;
    }

    /// <summary>Replaces the file.</summary>
    public static void Write(string path, uint magic, IEnumerable<byte[]> messages) => Write(path, CommonMagic, magic, messages);

    /// <summary>Replaces a file of CRIU's own use, which is no part of a checkpoint.</summary>
    public static void WriteService(string path, uint magic, IEnumerable<byte[]> messages) => Write(path, ServiceMagic, magic, messages);

    private static void Write(string path, uint common, uint magic, IEnumerable<byte[]> messages)
    {
        using var file = PrivateFile.Create(path, FileMode.Create, 1 << 16);
        Span<byte> number = stackalloc byte[sizeof(uint)];
        Put(common, number);
        Put(magic, number);
        foreach (var message in messages)
        {
            Put((uint)message.Length, number);
            file.Write(message);
        }

        void Put(uint value, Span<byte> buffer)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer, value);
            file.Write(buffer);
        }
    }
}
