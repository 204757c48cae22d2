using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>The bytes of one regular file, without its holes.</summary>
internal static class FileData
{
    /// <param name="file">Open for reading.</param>
    /// <param name="facts">As found before: a file that is another one by now has no bytes, and of one that grows only the announced ones are sent.</param>
    /// <param name="sink">Takes them.</param>
    /// <returns>Bytes sent.</returns>
    public static long Copy(SafeFileHandle file, FileFacts facts, ITreeSink sink)
    {
        var number = (int)file.DangerousGetHandle();
        if (Facts(number) is not { Kind: FileKind.Regular } now || now.Inode != facts.Inode) { return 0; }
        var buffer = ArrayPool<byte>.Shared.Rent(FileLimits.DataBytes);
        try
        {
            long sent = 0;
            var isDense = facts.AllocatedBytes >= facts.Size;
            for (long at = 0; at < facts.Size;)
            {
                var start = isDense ? at : FileCalls.Seek(number, at, FileCalls.SeekData);
                if (start < 0 || start >= facts.Size) { break; }
                var end = isDense ? facts.Size : Math.Min(facts.Size, FileCalls.Seek(number, start, FileCalls.SeekHole));
                if (end <= start) { break; }
                sent += Segment(file, start, end, buffer, sink);
                at = end;
            }
            return sent;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long Segment(SafeFileHandle file, long start, long end, byte[] buffer, ITreeSink sink)
    {
        var at = start;
        while (at < end)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(FileLimits.DataBytes, end - at)), at);
            if (read == 0) { break; }
            sink.Data(at, buffer.AsSpan(0, read));
            at += read;
        }
        return at - start;
    }

    private static FileFacts? Facts(int number)
    {
        Span<byte> buffer = stackalloc byte[FileFacts.StatxBytes];
        return FileCalls.Statx(number, [0], FileCalls.AtEmptyPath, FileFacts.StatxBasic, ref MemoryMarshal.GetReference(buffer)) == 0 ? FileFacts.Of(buffer) : null;
    }
}
