using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Runtime.Arguments;

namespace Rebalancer.Runtime.Containers;

/// <summary>
/// `kill`. The container of a moved pod is frozen and lives elsewhere: every process of its cgroup gets SIGKILL before the thaw, whatever signal
/// was asked for, so that none of them runs on. runc itself signals the first process only and then thaws, and the others run until it is reaped.
/// </summary>
internal static class KillCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public static int Run(RuntimeHost host, RuncArguments call)
    {
        if (!Directory.Exists(host.ReleasedFolder) || ContainerState.TryRead(call) is not { } state || !IsReleased(host, state))
        {
            return host.Runc.Become(call.All);
        }
        if (ContainerCgroup.TryOpen(state.FreezerCgroup, host.Clock) is not { } cgroup) { return host.Runc.Become(call.All); }
        if (cgroup.KillAllAndThaw(Limit)) { return 0; }
        throw new RuntimeFailureException(FailureReasons.KillIncomplete,
            $"container {call.Id} of the moved pod {state.PodUid}: {cgroup.Pids().Count} processes are left in {state.FreezerCgroup} {Limit.TotalSeconds} s after SIGKILL");
    }

    private static bool IsReleased(RuntimeHost host, ContainerState state) =>
        SafeNames.IsSafe(state.PodUid) && File.Exists(Path.Combine(host.ReleasedFolder, state.PodUid));
}
