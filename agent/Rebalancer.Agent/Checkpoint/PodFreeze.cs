using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>
/// Freezes a pod's processes in a moment in which CRIU can stop each of them. One that has made a child by vfork waits in the kernel until the child is
/// another program or ends, where nothing but its death wakes it: with the child frozen, CRIU would wait for it until its time is up.
/// </summary>
internal sealed class PodFreeze(ProcFolder proc, TimeProvider clock)
{
    private const int Tries = 20;
    /// <summary>Twice what it takes to become another program.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    /// <summary>Where the kernel waits for the child; the compiler may have put that into its caller.</summary>
    private static readonly string[] Waits = ["wait_for_vfork_done", "kernel_clone", "_do_fork"];

    /// <param name="cgroups">Of all containers.</param>
    /// <param name="containers">Their names.</param>
    /// <param name="limit">For each try.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MoveException">They are not frozen, or not where CRIU can stop them; the caller thaws.</exception>
    public async Task RunAsync(IReadOnlyList<ContainerCgroup> cgroups, string containers, TimeSpan limit, CancellationToken cancellation)
    {
        for (var left = Tries; ; left--)
        {
            if (ContainerCgroup.FreezeAll(cgroups, limit) is [_, ..] late) { throw new MoveException(Reasons.CheckpointFailed, $"{late.Count} of the containers {containers} did not freeze within {limit.TotalSeconds} s"); }
            if (WaitingParent(cgroups.SelectMany(each => each.Pids())) is not { } waiting) { return; }
            if (left == 0) { throw new MoveException(Reasons.CheckpointFailed, $"process {waiting} waits for a child that it has made by vfork, and that does not become another program"); }
            foreach (var each in cgroups) { each.Thaw(); }
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <returns>A process that waits for its child; null if none does.</returns>
    public int? WaitingParent(IEnumerable<int> pids)
    {
        var all = pids.ToList();
        // The child would be another one.
        return all.Count < 2 ? null : all.Where(IsWaiting).Select(pid => (int?)pid).FirstOrDefault();
    }

    private bool IsWaiting(int pid) => proc.Threads(pid).Any(thread => Waits.Contains(ProcFolder.Text(Path.Combine(thread, "wchan"))));
}
