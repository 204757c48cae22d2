using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Files;

/// <summary>
/// Copies a container's log into the image folder: its newest part at first, what has been added since each further time. Only whole lines travel, and a
/// log that was rotated meanwhile is read to its end before the new one. A container without a readable log moves without it.
/// </summary>
internal sealed class LogSender(ContainerLog log, string images) : IDisposable
{
    private const byte NewLine = (byte)'\n';
    private SafeFileHandle? source;
    private ulong inode;
    private long copied;
    private FileStream? copy;

    /// <summary>Bytes copied, of all files.</summary>
    public long Bytes => copy?.Length ?? 0;

    public void Copy()
    {
        if (source is not null)
        {
            CopyNew();
            if (log.Path() is not { } now || InodeOf(now) == inode) { return; }
        }
        if (!TryOpen()) { return; }
        CopyNew();
    }

    public void Dispose()
    {
        source?.Dispose();
        copy?.Dispose();
    }

    private bool TryOpen()
    {
        if (log.Path() is not { } path || new FileInfo(path) is not { LinkTarget: null }) { return false; }
        var isFirst = source is null;
        try
        {
            var opened = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            source?.Dispose();
            source = opened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        inode = InodeOf(path);
        copied = isFirst ? Start(source) : 0;
        return true;
    }

    /// <summary>Where the newest part begins: at a line.</summary>
    private static long Start(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var at = Math.Max(0, length - FileLimits.LogBytes);
        if (at == 0) { return 0; }
        // From one byte before: a line may begin right there.
        var buffer = new byte[FileLimits.DataBytes];
        for (at--; at < length;)
        {
            var read = RandomAccess.Read(file, buffer, at);
            if (read == 0) { return length; }
            if (buffer.AsSpan(0, read).IndexOf(NewLine) is var end and >= 0) { return at + end + 1; }
            at += read;
        }
        return length;
    }

    private void CopyNew()
    {
        var buffer = new byte[FileLimits.DataBytes];
        while (RandomAccess.Read(source!, buffer, copied) is var read and > 0)
        {
            var whole = buffer.AsSpan(0, read).LastIndexOf(NewLine) + 1;
            // The runtime splits lines of more than 16 KiB: one that fills the buffer is none of its.
            if (whole == 0) { return; }
            copy ??= PrivateFile.Create(Path.Combine(images, log.FileName), FileMode.CreateNew, share: FileShare.ReadWrite);
            copy.Write(buffer, 0, whole);
            copied += whole;
        }
    }

    private static ulong InodeOf(string path)
    {
        using var folder = OpenFolder.Open(Path.GetDirectoryName(path)!);
        return folder.Find(RawName.FromText(Path.GetFileName(path)))?.Inode ?? 0;
    }
}
