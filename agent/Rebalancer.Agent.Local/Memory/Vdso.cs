using System.Globalization;
using System.Text;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>The code that the kernel maps into every process.</summary>
internal static class Vdso
{
    private const string Name = "[vdso]";

    /// <summary>Address of a system call instruction ("0f 05") in it: its functions fall back to real calls.</summary>
    /// <exception cref="LinuxException">The process has no vDSO, or it is gone.</exception>
    public static ulong FindSystemCall(int pid)
    {
        var range = MemoryMap.Read(pid).FirstOrDefault(area => area.Name == Name)?.Range ?? throw new LinuxException($"process {pid} has no vDSO", SystemCalls.Esrch);
        var code = new byte[range.Bytes];
        using var memory = ProcessMemory.Open(pid);
        if (memory.Read(range.Start, code) != code.Length) { throw new LinuxException($"read the vDSO of process {pid}", SystemCalls.Esrch); }
        var at = code.AsSpan().IndexOf("\x0f\x05"u8);
        return at >= 0 ? range.Start + (ulong)at : throw new LinuxException(string.Create(CultureInfo.InvariantCulture, $"the vDSO of process {pid} makes no system call"), SystemCalls.Esrch);
    }
}
