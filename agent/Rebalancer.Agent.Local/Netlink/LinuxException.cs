namespace Rebalancer.Agent.Local.Netlink;

/// <summary>A call into the kernel failed; the message names the call, its object and the error number.</summary>
public sealed class LinuxException(string call, int errno)
    : Exception($"{call}: errno {errno} ({System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)})")
{
    public string Call { get; } = call;

    /// <summary>See <see cref="Netlink.Errno"/>.</summary>
    public int Errno { get; } = errno;
}
