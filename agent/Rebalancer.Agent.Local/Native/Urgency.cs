using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Local.Native;

/// <summary>For threads that have nothing to do but one thing at once, when something happens. The priorities of .NET's threads mean nothing on Linux.</summary>
internal static class Urgency
{
    private const int FirstInFirstOut = 1; // SCHED_FIFO
    private const int CallingThread = 0, Process = 0; // PRIO_PROCESS: on Linux that of a thread
    private const int Lowest = 1, Nicest = -20;

    /// <summary>Lets the calling thread run before all ordinary ones of the node, for its lifetime. As far as the kernel allows: cgroups may have no real-time share.</summary>
    public static void RunFirst()
    {
        var priority = Lowest;
        if (SetScheduler(CallingThread, FirstInFirstOut, in priority) != 0) { _ = SetPriority(Process, CallingThread, Nicest); }
    }

    [DllImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static extern int SetScheduler(int thread, int policy, in int priority);

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static extern int SetPriority(int which, int thread, int niceness);
}
