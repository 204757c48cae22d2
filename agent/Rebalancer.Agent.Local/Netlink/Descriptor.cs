using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>An owned file descriptor of any kind.</summary>
public sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    public int Number => IsClosed ? throw new ObjectDisposedException(nameof(Descriptor)) : (int)handle;

    /// <summary>Takes the result of a call that answers a descriptor or -1.</summary>
    /// <exception cref="LinuxException">The call answered -1.</exception>
    public static Descriptor Of(int result, string call) => result >= 0 ? new Descriptor(result) : throw Failure(call);

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    public static Descriptor Socket(int domain, int type, int protocol) =>
        Of(Libc.Socket(domain, type | Libc.SocketCloexec, protocol), $"socket({domain}, {type}, {protocol})");

    internal static LinuxException Failure(string call) => new(call, Marshal.GetLastPInvokeError());

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
