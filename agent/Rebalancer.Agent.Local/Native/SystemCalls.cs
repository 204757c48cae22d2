using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Local.Native;

/// <summary>
/// The few C library calls that the node's small programs need. Called directly, because the managed wrappers (Socket, Process, Console)
/// cost start-up time that every runc call would pay.
/// </summary>
internal static class SystemCalls
{
    public const int AfUnix = 1;
    public const int SockStream = 1;
    public const int SockCloexec = 0x80000;
    public const int MsgNoSignal = 0x4000;
    public const short PollIn = 1;
    public const int SigHup = 1, SigInt = 2, SigQuit = 3, SigKill = 9, SigPipe = 13, SigTerm = 15, SigCont = 18;
    public const nint SigDfl = 0, SigIgn = 1;
    public const int Esrch = 3, Eintr = 4;
    private const long PidfdOpenSyscall = 434;

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static extern int OpenSocket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static extern int Connect(int socket, byte[] address, uint addressLength);

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    public static extern nint Send(int socket, in byte buffer, nuint length, int flags);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    public static extern nint Read(int descriptor, ref byte buffer, nuint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    public static extern nint Write(int descriptor, in byte buffer, nuint length);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static extern int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int timeoutMs);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    public static extern int Rename([MarshalAs(UnmanagedType.LPStr)] string from, [MarshalAs(UnmanagedType.LPStr)] string to);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static extern int Kill(int pid, int signal);

    [DllImport("libc", EntryPoint = "signal", SetLastError = true)]
    public static extern nint Signal(int signal, nint handler);

    [DllImport("libc", EntryPoint = "getppid")]
    public static extern int ParentPid();

    [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
    public static extern int NewSession();

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern long Syscall(long number, long first, long second);

    /// <summary>A descriptor that becomes readable when the process ends; negative if there is no such process.</summary>
    public static int OpenPidfd(int pid) => (int)Syscall(PidfdOpenSyscall, pid, 0);

    /// <summary>Sleeps without a thread pool; for the short, bounded polls of programs that have one thread.</summary>
    public static void PauseMs(int milliseconds) => _ = Poll([], 0, milliseconds);

    public static void WriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = Write(descriptor, in MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            if (written < 0 && Marshal.GetLastPInvokeError() == Eintr) { continue; }
            if (written <= 0) { return; }
            bytes = bytes[(int)written..];
        }
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short Returned;
}
