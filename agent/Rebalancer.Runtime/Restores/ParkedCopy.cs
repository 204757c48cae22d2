using System.Globalization;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.TcpRepair;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Containers;

namespace Rebalancer.Runtime.Restores;

/// <summary>
/// A restored copy that waits for the other containers of its pod: complete, its sockets out of repair mode, its cgroup frozen before the first instruction
/// of its own code, so that `create` can return and kubelet goes on to the next container. The agent thaws it after the commit; anything else ends it.
/// </summary>
internal static class ParkedCopy
{
    private static readonly TimeSpan FreezeLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(2);

    public static bool IsParked(RuntimeHost host, string containerId) => SafeNames.IsSafe(containerId) && File.Exists(Markers.Parked(host, containerId));

    /// <summary>CRIU's pre-resume: the last moment at which none of the copy's code has run. CRIU goes on whatever the script answers.</summary>
    /// <param name="host">Names the copy in its variables.</param>
    /// <param name="initPid">The copy's first process.</param>
    /// <returns>The script's exit code.</returns>
    public static int FreezeIfMarked(RuntimeHost host, int initPid)
    {
        var id = host.Variable(RestoreOwner.IdVariable) ?? "";
        if (!IsParked(host, id)) { return 0; }
        if (TryFreeze(host, id, initPid)) { return 0; }
        // It must not run: dead it is a failed restore.
        foreach (var pid in ProcessTree.Of(initPid)) { _ = SystemCalls.Kill(pid, SystemCalls.SigKill); }
        return 1;
    }

    /// <summary>Ends a parked copy for good. runc would kill its first process only, and thaw.</summary>
    public static void Kill(RuntimeHost host, RuncArguments call)
    {
        if (!IsParked(host, call.Id)) { return; }
        if (ContainerState.TryRead(call) is { } state && ContainerCgroup.TryOpen(state.FreezerCgroup, host.Clock) is { } cgroup && !cgroup.KillAllAndThaw(KillLimit))
        {
            throw new RuntimeFailureException(FailureReasons.KillIncomplete,
                string.Create(CultureInfo.InvariantCulture, $"container {call.Id}: {cgroup.Pids().Count} processes of its parked copy are left in {state.FreezerCgroup} {KillLimit.TotalSeconds} s after SIGKILL"));
        }
    }

    private static bool TryFreeze(RuntimeHost host, string id, int initPid)
    {
        var root = host.Variable(RestoreOwner.RootVariable) ?? "";
        if (ContainerState.TryRead(Path.Combine(root, id)) is not { } state || ContainerCgroup.TryOpen(state.FreezerCgroup, host.Clock) is not { } cgroup) { return false; }
        var copy = ProcessTree.Of(initPid).ToHashSet();
        var all = cgroup.Pids();
        if (!all.Contains(initPid)) { return false; }
        // runc restores by a CRIU inside the container's cgroup, and this script is CRIU's child.
        cgroup.Expel(all.Where(pid => !copy.Contains(pid)));
        return cgroup.Freeze(FreezeLimit);
    }
}
