using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>ptrace and wait4, as linux/ptrace.h describes them. A tracee belongs to the thread that seized it, and goes on when that thread ends.</summary>
internal static class Ptrace
{
    public const int Seize = 0x4206, Interrupt = 0x4207, Detach = 17;
    /// <summary>Upper half of a wait status: stopped by <see cref="Interrupt"/> or a stop signal.</summary>
    public const int StopEvent = 128;
    /// <summary>Lowest byte of a wait status of a thread that stopped and did not end.</summary>
    public const int Stopped = 0x7f;
    public const int WaitAll = 0x40000000, WaitNoHang = 1;

    [DllImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    public static extern nint Call(int request, int pid, nint address, nint data);

    [DllImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    public static extern nint Call(int request, int pid, nint address, ref UserRegisters data);

    [DllImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    public static extern nint Call(int request, int pid, nint address, ref ulong data);

    [DllImport("libc", EntryPoint = "wait4", SetLastError = true)]
    public static extern int Wait(int pid, ref int status, int options, nint usage);

    /// <summary>struct user_regs_struct of x86-64.</summary>
    public struct UserRegisters
    {
        public ulong R15, R14, R13, R12, Rbp, Rbx, R11, R10, R9, R8, Rax, Rcx, Rdx, Rsi, Rdi, OriginalRax, Rip, Cs, Eflags, Rsp, Ss, FsBase, GsBase, Ds, Es, Fs, Gs;
    }
}
