using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Rebalancer.Benchmarks.Migration.ByHand;

/// <summary>
/// A folder's files over one TCP connection, as fast as the kernel carries them: large files by sendfile, small ones together, no compression and no
/// encryption. Each file is its name's length (4 bytes), its length (8 bytes), its name and its content; a name's length of 0 ends, and is answered by one byte
/// when everything is written.
/// </summary>
internal static class FileStreams
{
    private const int HeaderBytes = 12;
    private const int MaximumNameBytes = 255;
    private const int SmallBytes = 64 * 1024;
    private const int BufferBytes = 1024 * 1024;

    /// <returns>Bytes of content.</returns>
    public static long Send(Socket socket, string folder)
    {
        using var small = new MemoryStream();
        var total = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Length))
        {
            WriteHeader(small, Encoding.UTF8.GetBytes(file.Name), file.Length);
            total += file.Length;
            if (file.Length <= SmallBytes)
            {
                small.Write(File.ReadAllBytes(file.FullName));
                continue;
            }

            Flush(socket, small);
            socket.SendFile(file.FullName);
        }

        WriteHeader(small, [], 0);
        Flush(socket, small);
        return socket.Receive(new byte[1]) == 1 ? total : throw new IOException("the receiver closed the connection before it had everything");
    }

    /// <param name="limitBytes">More than this is refused.</param>
    /// <returns>Bytes of content.</returns>
    /// <exception cref="InvalidDataException">What came is no list of plain files within the limit.</exception>
    public static long Receive(Socket socket, string folder, long limitBytes)
    {
        var buffer = new byte[BufferBytes];
        var total = 0L;
        while (true)
        {
            ReadExactly(socket, buffer.AsSpan(0, HeaderBytes));
            var nameBytes = BinaryPrimitives.ReadInt32LittleEndian(buffer);
            var length = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(4));
            if (nameBytes == 0) { break; }
            if (nameBytes is < 0 or > MaximumNameBytes || length < 0 || length > limitBytes - total) { throw new InvalidDataException($"a file of {length} bytes with a name of {nameBytes} bytes after {total} bytes; the limit is {limitBytes} bytes"); }
            ReadExactly(socket, buffer.AsSpan(0, nameBytes));
            var name = Encoding.UTF8.GetString(buffer, 0, nameBytes);
            if (name != Path.GetFileName(name) || name is "." or "..") { throw new InvalidDataException($"'{name}' is no plain file name"); }
            WriteFile(socket, Path.Combine(folder, name), length, buffer);
            total += length;
        }

        socket.Send([1]);
        return total;
    }

    private static void WriteFile(Socket socket, string path, long length, byte[] buffer)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (length > 0)
        {
            var read = socket.Receive(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)));
            if (read == 0) { throw new EndOfStreamException($"the sender closed the connection {length} bytes before the end of {path}"); }
            file.Write(buffer.AsSpan(0, read));
            length -= read;
        }
    }

    private static void WriteHeader(MemoryStream stream, byte[] name, long length)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[4..], length);
        stream.Write(header);
        stream.Write(name);
    }

    private static void Flush(Socket socket, MemoryStream stream)
    {
        for (var left = stream.GetBuffer().AsSpan(0, (int)stream.Length); !left.IsEmpty;) { left = left[socket.Send(left)..]; }
        stream.SetLength(0);
    }

    private static void ReadExactly(Socket socket, Span<byte> wanted)
    {
        while (!wanted.IsEmpty)
        {
            var read = socket.Receive(wanted);
            wanted = read > 0 ? wanted[read..] : throw new EndOfStreamException("the sender closed the connection between two files");
        }
    }
}
