using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>The few libc calls of this folder, with blittable arguments only, as NativeAOT wants them.</summary>
internal static class Libc
{
    public const int CloneNewNet = 0x40000000;
    public const int OpenReadOnlyCloexec = 0x80000;
    public const int SocketCloexec = 0x80000;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    public static extern int Open([In] byte[] path, int flags, int mode);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static extern int Setns(int descriptor, int kind);

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    public static extern int Unshare(int kinds);

    [DllImport("libc", EntryPoint = "if_nametoindex", SetLastError = true)]
    public static extern uint InterfaceIndex([In] byte[] name);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static extern int Socket(int domain, int type, int protocol);

    [DllImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static extern int Bind(int descriptor, in byte address, uint length);

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    public static extern nint Send(int descriptor, in byte data, nint length, int flags);

    [DllImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static extern nint Receive(int descriptor, ref byte data, nint length, int flags);

    [DllImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static extern int SetSocketOption(int descriptor, int level, int name, in byte value, uint length);
}
