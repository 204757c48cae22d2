using System.Globalization;
using System.Runtime.ExceptionServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// Stops all threads of a process for some milliseconds, by ptrace: it needs no cgroup and no clean-up, since the kernel lets every thread go on when the
/// thread that seized it ends, also by the death of the agent. A parent that waits for its vfork child does not stop, and so no second process writes to the
/// memory meanwhile; neither does a thread in the middle of direct I/O to it.
/// </summary>
internal sealed class ThreadStop
{
    /// <summary>Most threads stop within microseconds. While one does not, the others stand still: rather another try than a long stop.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SpinLimit = TimeSpan.FromMilliseconds(1);
    private readonly int pid;
    private readonly TimeProvider clock;
    /// <summary>What each seized thread is to get when it goes on: 0, or the signal that it has stopped for. Null: it has not stopped yet.</summary>
    private readonly Dictionary<int, int?> threads = [];
    private long start;

    private ThreadStop(int pid, TimeProvider clock) => (this.pid, this.clock) = (pid, clock);

    /// <returns>How long the process stood still.</returns>
    /// <exception cref="LinuxException">It is gone, is traced by somebody else, or did not stop within the limit; it runs on.</exception>
    public static TimeSpan While(int pid, TimeProvider clock, Action action)
    {
        TimeSpan stopped = default;
        ExceptionDispatchInfo? failure = null;
        // ptrace belongs to a thread: a pool thread would take stops along to other work.
        var thread = new Thread(() =>
        {
            try
            {
                stopped = new ThreadStop(pid, clock).Run(action);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, maxStackSize: 256 * 1024)
        { IsBackground = true, Name = "stop" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return stopped;
    }

    private TimeSpan Run(Action action)
    {
        start = clock.GetTimestamp();
        try
        {
            // A thread that was not stopped yet may have made another one.
            while (SeizeNew()) { AwaitStops(); }
            if (threads.Count == 0) { throw new LinuxException($"process {pid}", Native.SystemCalls.Esrch); }
            action();
        }
        finally
        {
            // Whoever has not stopped cannot be detached; it goes on when this thread ends.
            foreach (var (thread, signal) in threads) { _ = Ptrace.Call(Ptrace.Detach, thread, 0, signal ?? 0); }
        }
        return clock.GetElapsedTime(start);
    }

    private bool SeizeNew()
    {
        var found = false;
        foreach (var thread in Tasks().Where(thread => !threads.ContainsKey(thread)))
        {
            if (Ptrace.Call(Ptrace.Seize, thread, 0, 0) != 0)
            {
                var failure = Descriptor.Failure(string.Create(CultureInfo.InvariantCulture, $"PTRACE_SEIZE {thread} of process {pid}"));
                if (IsDead(thread)) { continue; }
                throw failure;
            }
            threads.Add(thread, null);
            _ = Ptrace.Call(Ptrace.Interrupt, thread, 0, 0);
            found = true;
        }
        return found;
    }

    private void AwaitStops()
    {
        foreach (var thread in threads.Where(each => each.Value is null).Select(each => each.Key).ToList())
        {
            var status = 0;
            int result;
            while ((result = Ptrace.Wait(thread, ref status, Ptrace.WaitAll | Ptrace.WaitNoHang, 0)) == 0) { Pause(thread); }
            if (result < 0 || (status & 0xff) != Ptrace.Stopped)
            {
                threads.Remove(thread);
                continue;
            }
            // It stopped for a signal before it saw the interrupt: the signal is delivered when it goes on.
            threads[thread] = status >> 16 == Ptrace.StopEvent ? 0 : (status >> 8) & 0xff;
        }
    }

    private void Pause(int thread)
    {
        var waited = clock.GetElapsedTime(start);
        if (waited > StopLimit) { throw new LinuxException(string.Create(CultureInfo.InvariantCulture, $"thread {thread} of process {pid} did not stop within {StopLimit.TotalMilliseconds} ms"), Errno.Busy); }
        if (waited < SpinLimit) { Thread.SpinWait(100); }
        else { Native.SystemCalls.PauseMs(1); }
    }

    private List<int> Tasks()
    {
        try
        {
            return [.. Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")).Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>A first thread that has ended stays as a zombie while others go on.</summary>
    private bool IsDead(int thread)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{thread}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..][0] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }
}
