using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>Reads the memory of another process, running or frozen.</summary>
internal sealed class ProcessMemory : IDisposable
{
    private readonly int pid;
    private readonly SafeFileHandle memory;

    private ProcessMemory(int pid, SafeFileHandle memory) => (this.pid, this.memory) = (pid, memory);

    /// <exception cref="LinuxException">The process is gone.</exception>
    public static ProcessMemory Open(int pid)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mem");
        try
        {
            return new ProcessMemory(pid, File.OpenHandle(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException($"open {path}", Native.SystemCalls.Esrch);
        }
    }

    /// <returns>Bytes read from the address on: fewer than asked for where a page cannot be read.</returns>
    public unsafe int Read(ulong address, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var local = new Segment { Start = (ulong)start, Length = (ulong)buffer.Length };
            var remote = new Segment { Start = address, Length = (ulong)buffer.Length };
            var read = (int)ReadProcess(pid, ref local, 1, ref remote, 1, 0);
            if (read == buffer.Length) { return read; }
            read = Math.Max(read, 0);
            return read + ReadSlowly(address + (ulong)read, buffer[read..]);
        }
    }

    /// <returns>Bytes of whole pages read from the address on: fewer than asked for where a page cannot be read.</returns>
    public int ReadPages(ulong address, Span<byte> buffer) => Read(address, buffer) & ~(PageRange.PageBytes - 1);

    public void Dispose() => memory.Dispose();

    /// <summary>Also pages that the process itself may not read (PROT_NONE), which the fast call refuses.</summary>
    private int ReadSlowly(ulong address, Span<byte> buffer)
    {
        var total = 0;
        try
        {
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(memory, buffer[total..], (long)address + total);
                if (read <= 0) { break; }
                total += read;
            }
        }
        catch (IOException)
        {
            // No such page any more.
        }
        return total;
    }

    [DllImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    private static extern nint ReadProcess(int pid, ref Segment local, nuint localCount, ref Segment remote, nuint remoteCount, nuint flags);

    /// <summary>struct iovec.</summary>
    private struct Segment
    {
        public ulong Start, Length;
    }
}
