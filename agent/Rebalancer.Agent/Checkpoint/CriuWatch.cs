using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.TcpRepair;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>
/// Freezes the container as soon as CRIU ends. CRIU thaws the cgroup once it holds the processes itself and freezes it again when it is done; one that is
/// killed leaves them running, with sockets in repair mode, in which every read and write fails: a process that tries closes the connection for good.
/// </summary>
internal sealed class CriuWatch
{
    private static readonly TimeSpan FreezeLimit = TimeSpan.FromMilliseconds(200);
    private readonly TaskCompletionSource frozen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CriuWatch()
    {
    }

    /// <summary>CRIU has ended and the container is frozen, or does not freeze.</summary>
    public Task Frozen => frozen.Task;

    /// <param name="runcPid">The runc that has started CRIU.</param>
    /// <param name="cgroup">The container's.</param>
    /// <returns>Null: there is no CRIU.</returns>
    public static CriuWatch? Start(int runcPid, ContainerCgroup cgroup)
    {
        // The first of the tree: CRIU forks for its scripts.
        var criu = ProcessTree.Of(runcPid).FirstOrDefault(pid => ProcFolder.Text($"/proc/{pid}/comm") == "criu\n");
        var descriptor = criu == 0 ? -1 : SystemCalls.OpenPidfd(criu);
        if (descriptor < 0) { return null; }
        var watch = new CriuWatch();
        // A thread that does nothing else: every millisecond counts here.
        new Thread(() => watch.Run(descriptor, cgroup), maxStackSize: 128 * 1024) { IsBackground = true, Name = "criu-watch" }.Start();
        return watch;
    }

    private void Run(int descriptor, ContainerCgroup cgroup)
    {
        try
        {
            // Whoever runs first, this or the processes, decides whether their connections live.
            Urgency.RunFirst();
            PollDescriptor[] ended = [new PollDescriptor { Descriptor = descriptor, Events = SystemCalls.PollIn }];
            while (SystemCalls.Poll(ended, 1, Timeout.Infinite) <= 0) { }
            _ = cgroup.Freeze(FreezeLimit);
        }
        catch (IOException)
        {
            // The container has gone in the meantime.
        }
        finally
        {
            _ = SystemCalls.Close(descriptor);
            frozen.TrySetResult();
        }
    }
}
