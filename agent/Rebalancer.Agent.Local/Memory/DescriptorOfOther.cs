using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>A descriptor that another process holds, in this one (pidfd_getfd).</summary>
internal static class DescriptorOfOther
{
    /// <exception cref="LinuxException">The process is gone, or has no such descriptor.</exception>
    public static Descriptor Take(int pid, int number)
    {
        using var process = Descriptor.Of((int)TcpRepair.Libc.SystemCall(TcpRepair.Libc.SysPidfdOpen, pid, 0, 0), $"pidfd_open {pid}");
        return Descriptor.Of((int)TcpRepair.Libc.SystemCall(TcpRepair.Libc.SysPidfdGetfd, process.Number, number, 0), $"pidfd_getfd {number} of {pid}");
    }
}
