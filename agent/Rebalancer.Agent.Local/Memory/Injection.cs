using System.Globalization;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// Has another process make a system call. Nothing is written into its memory: its first thread is stopped by ptrace, its registers point to the system
/// call instruction of the kernel's own vDSO for the time of the call, and get back what they were. A system call that the stop interrupted is restarted
/// by the kernel as after any ptrace stop. Everything of one injection happens on one thread, since ptrace is bound to it. Whoever dies in the middle leaves the process with borrowed
/// registers: a program that may be killed leaves this to one that is not. x86-64 only.
/// </summary>
internal sealed class Injection
{
    private const int GetRegisters = 12, SetRegisters = 13, Continue = 7, ToSystemCall = 24, GetSignalMask = 0x420a, SetSignalMask = 0x420b;
    private const nint OptionSystemCallGood = 1, OptionSuspendSeccomp = 1 << 21;
    private const int SigTrap = 5, SystemCallStop = SigTrap | 0x80;
    private const int SignalMaskBytes = 8;
    private const ulong CodeSegment64 = 0x33;
    private const ulong NoSystemCall = ulong.MaxValue;
    /// <summary>A thread in uninterruptible sleep does not stop; one that only waits for a processor does.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
    /// <summary>The usual stop takes some microseconds, in which the process stands still: shorter than a sleep.</summary>
    private static readonly TimeSpan SpinLimit = TimeSpan.FromMilliseconds(1);
    /// <summary>Giving the registers back matters more than time.</summary>
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(10);
    private readonly int pid;
    private readonly ulong instruction;
    private readonly TimeProvider clock;
    private Ptrace.UserRegisters saved;
    private ulong savedMask;

    private Injection(int pid, ulong instruction, TimeProvider clock) => (this.pid, this.instruction, this.clock) = (pid, instruction, clock);

    public static bool IsSupported => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Opens a userfaultfd of the process, takes it over, and closes it there.</summary>
    /// <exception cref="LinuxException">The process cannot be stopped now, or the kernel refuses.</exception>
    public static Descriptor OpenUserFault(int pid, TimeProvider clock)
    {
        Descriptor? taken = null;
        LinuxException? failure = null;
        // ptrace belongs to a thread: a pool thread would take stops along to other work.
        var thread = new Thread(() =>
        {
            try
            {
                taken = new Injection(pid, Vdso.FindSystemCall(pid), clock).TakeUserFault();
            }
            catch (LinuxException e)
            {
                failure = e;
            }
        }, maxStackSize: 256 * 1024)
        { IsBackground = true, Name = "inject" };
        thread.Start();
        thread.Join();
        return taken ?? throw failure!;
    }

    private Descriptor TakeUserFault()
    {
        Stop();
        try
        {
            var number = Call(SystemCallNumbers.UserFault, UserFault.OpenFlags);
            try
            {
                return DescriptorOfOther.Take(pid, number);
            }
            finally
            {
                _ = Call(SystemCallNumbers.Close, number);
            }
        }
        finally
        {
            GoOn();
        }
    }

    private void Stop()
    {
        if (Ptrace.Call(Ptrace.Seize, pid, 0, OptionSystemCallGood | OptionSuspendSeccomp) != 0) { throw Descriptor.Failure($"PTRACE_SEIZE {pid}"); }
        try
        {
            Check(Ptrace.Call(Ptrace.Interrupt, pid, 0, 0), "PTRACE_INTERRUPT");
            Await(status => (status >> 16) == Ptrace.StopEvent, "stop", StopLimit, passOthers: true);
            Check(Ptrace.Call(GetRegisters, pid, 0, ref saved), "PTRACE_GETREGS");
            if (saved.Cs != CodeSegment64) { throw new LinuxException($"process {pid} is not a 64 bit one", Errno.NotSupported); }
            Check(Ptrace.Call(GetSignalMask, pid, SignalMaskBytes, ref savedMask), "PTRACE_GETSIGMASK");
            // A signal that came in the middle would run its handler with borrowed registers.
            var all = ulong.MaxValue;
            Check(Ptrace.Call(SetSignalMask, pid, SignalMaskBytes, ref all), "PTRACE_SETSIGMASK");
        }
        catch
        {
            _ = Ptrace.Call(Ptrace.Detach, pid, 0, 0);
            throw;
        }
    }

    private int Call(ulong number, long argument)
    {
        var registers = saved;
        registers.Rip = instruction;
        registers.Rax = number;
        registers.Rdi = (ulong)argument;
        registers.OriginalRax = NoSystemCall;
        Check(Ptrace.Call(SetRegisters, pid, 0, ref registers), "PTRACE_SETREGS");
        for (var edge = 0; edge < 2; edge++)
        {
            Check(Ptrace.Call(ToSystemCall, pid, 0, 0), "PTRACE_SYSCALL");
            Await(status => ((status >> 8) & 0xff) == SystemCallStop, "system call", StopLimit, passOthers: false);
        }
        Check(Ptrace.Call(GetRegisters, pid, 0, ref registers), "PTRACE_GETREGS");
        var result = (long)registers.Rax;
        return result >= 0 ? (int)result : throw new LinuxException($"system call {number} in process {pid}", (int)-result);
    }

    /// <summary>The registers go back at a stop of the kind that was found: only from there does the kernel restart the call that the stop interrupted.</summary>
    private void GoOn()
    {
        try
        {
            _ = Ptrace.Call(Ptrace.Interrupt, pid, 0, 0);
            // Fails where the thread still runs: then the interrupt stops it.
            _ = Ptrace.Call(Continue, pid, 0, 0);
            Await(status => (status >> 16) == Ptrace.StopEvent, "stop", ReturnLimit, passOthers: true);
        }
        finally
        {
            _ = Ptrace.Call(SetRegisters, pid, 0, ref saved);
            _ = Ptrace.Call(SetSignalMask, pid, SignalMaskBytes, ref savedMask);
            _ = Ptrace.Call(Ptrace.Detach, pid, 0, 0);
        }
    }

    /// <param name="passOthers">Lets the thread go on from stops of other kinds, with the signal that it has stopped for; else they are an error.</param>
    private void Await(Func<int, bool> condition, string what, TimeSpan limit, bool passOthers)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var status = 0;
            var result = Ptrace.Wait(pid, ref status, Ptrace.WaitAll | Ptrace.WaitNoHang, 0);
            if (result < 0) { throw Descriptor.Failure($"wait for the {what} of process {pid}"); }
            if (result == 0)
            {
                var waited = clock.GetElapsedTime(start);
                if (waited > limit) { throw new LinuxException($"process {pid} did not come to a {what} within {limit.TotalMilliseconds} ms", Errno.Busy); }
                if (waited < SpinLimit) { Thread.SpinWait(100); }
                else { Native.SystemCalls.PauseMs(1); }
                continue;
            }
            if ((status & 0xff) != Ptrace.Stopped) { throw new LinuxException($"process {pid} ended", Native.SystemCalls.Esrch); }
            if (condition(status)) { return; }
            if (!passOthers) { throw new LinuxException(string.Create(CultureInfo.InvariantCulture, $"process {pid} stopped with status {status:x} instead of the {what}"), Errno.Busy); }
            var signal = (status >> 8) & 0xff;
            _ = Ptrace.Call(Continue, pid, 0, signal is SigTrap or SystemCallStop ? 0 : signal);
        }
    }

    private void Check(nint result, string call)
    {
        if (result != 0) { throw Descriptor.Failure(string.Create(CultureInfo.InvariantCulture, $"{call} {pid}")); }
    }

    private static class SystemCallNumbers
    {
        public const int Close = 3, UserFault = 323;
    }
}
