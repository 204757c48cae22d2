using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Local.TcpRepair;

internal static class Libc
{
    public const int SysPidfdOpen = 434;
    public const int SysPidfdGetfd = 438;

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static extern nint SystemCall(nint number, nint first, nint second, nint third);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static extern int Control(int descriptor, nuint request, ref int value);

    [DllImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static extern int GetSocketOption(int descriptor, int level, int name, ref int value, ref uint length);

    [DllImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static extern int SetSocketOption(int descriptor, int level, int name, in int value, uint length);
}
