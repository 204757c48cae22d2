using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>The page map of one process, read entry by entry: on every kernel.</summary>
internal sealed class Pagemap : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly string path;

    private Pagemap(SafeFileHandle file, string path) => (this.file, this.path) = (file, path);

    /// <summary>The memory that the process has now: after an execve it has another, which this file does not show.</summary>
    /// <exception cref="LinuxException">The process is gone.</exception>
    public static Pagemap Open(int pid)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/pagemap");
        try
        {
            return new Pagemap(File.OpenHandle(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException($"open {path}", Native.SystemCalls.Esrch);
        }
    }

    /// <param name="start">Of the first page.</param>
    /// <param name="words">One for each page from there on.</param>
    /// <exception cref="LinuxException">The memory is gone.</exception>
    public void Read(ulong start, Span<PageWord> words)
    {
        var bytes = MemoryMarshal.AsBytes(words);
        var at = (long)(start >> PageRange.PageShift) * sizeof(ulong);
        try
        {
            while (!bytes.IsEmpty)
            {
                var read = RandomAccess.Read(file, bytes, at);
                if (read <= 0) { throw new LinuxException($"read {path} at {start:x}", Native.SystemCalls.Esrch); }
                bytes = bytes[read..];
                at += read;
            }
        }
        catch (IOException e)
        {
            throw new LinuxException($"read {path} at {start:x}: {e.Message}", Native.SystemCalls.Esrch);
        }
    }

    public void Dispose() => file.Dispose();
}
