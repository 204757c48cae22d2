using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Local.TcpRepair;

namespace Rebalancer.Runtime.Guards;

/// <summary>
/// Lets a frozen source, all its containers, run again without its agent, within a second. The order matters: no dump may go on, no socket may be in repair mode when
/// the first process runs, and the shield opens last, because a packet that meets a socket in repair mode is lost or answered by a reset.
/// </summary>
internal sealed class SourceRelease(string netns, IReadOnlyList<GuardedContainer> containers, TimeProvider clock)
{
    private static readonly TimeSpan OwnEndLimit = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan KilledLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RefreezeLimit = TimeSpan.FromMilliseconds(50);
    private const int PollMs = 10;

    public void Run()
    {
        EndDumps();
        Attempt(() => TcpRepairUndo.Undo(containers.SelectMany(each => each.Cgroup.Pids())));
        foreach (var each in containers) { each.Cgroup.Thaw(); }
        Attempt(() => _ = ShieldTable.Remove(netns));
    }

    private void EndDumps()
    {
        // While CRIU puts its parasite into a process, for a millisecond or two, its death takes the process along. It is past that in 700 ms if it runs at all, and a dump of a small pod is over.
        foreach (var pid in Dumping()) { _ = SystemCalls.Kill(pid, SystemCalls.SigCont); }
        if (IsOver(OwnEndLimit)) { return; }
        // CRIU thaws a frozen container while it dumps; frozen again, no process runs before its sockets are out of repair mode.
        _ = ContainerCgroup.FreezeAll([.. containers.Select(each => each.Cgroup)], RefreezeLimit);
        foreach (var pid in Dumping()) { _ = SystemCalls.Kill(pid, SystemCalls.SigKill); }
        _ = IsOver(KilledLimit);
    }

    private bool IsOver(TimeSpan limit)
    {
        var start = clock.GetTimestamp();
        while (Dumping().Any())
        {
            if (clock.GetElapsedTime(start) >= limit) { return false; }
            SystemCalls.PauseMs(PollMs);
        }
        return true;
    }

    private IEnumerable<int> Dumping() => containers.SelectMany(each => DumpProcesses.Find(each.Cgroup, each.Id));

    /// <summary>The last part of the cgroup's path, without what the systemd driver puts around it: "cri-containerd-ID.scope".</summary>
    public static string ContainerId(string cgroup)
    {
        var name = Path.GetFileName(cgroup.TrimEnd('/'));
        return name.EndsWith(".scope", StringComparison.Ordinal) ? name[(name.LastIndexOf('-') + 1)..^".scope".Length] : name;
    }

    private static void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            // Nobody is left to hear of it, and the next step matters more: a socket that stays in repair mode is one connection, a frozen pod all of them.
        }
    }
}

/// <param name="Id">As it stands on runc's command line.</param>
internal sealed record GuardedContainer(string Id, ContainerCgroup Cgroup);
