using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Bundles;
using Rebalancer.Runtime.Restores;

namespace Rebalancer.Runtime.Containers;

/// <summary>
/// `kill`. The container of a moved pod is frozen and lives elsewhere: every process of its cgroup gets SIGKILL before the thaw, whatever signal
/// was asked for, so that none of them runs on. runc itself signals the first process only and then thaws, and the others run until it is reaped.
/// Its sandbox is kept until the target runs: what its clients send meanwhile is held in the sandbox's network namespace and passed on.
/// </summary>
internal static class KillCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SandboxLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LatePagesLimit = TimeSpan.FromMinutes(10);
    private const int PollMs = 50;

    public static int Run(RuntimeHost host, RuncArguments call)
    {
        var state = Directory.Exists(host.ReleasedFolder) ? ContainerState.TryRead(call) : null;
        if (state is not null) { AwaitLatePages(host, call.Id, state); }
        // A parked copy is frozen and has not run: runc would let its other processes run until the first is reaped.
        ParkedCopy.Kill(host, call);
        if (state is null || !IsReleased(host, state)) { return host.Runc.Become(call.All); }
        if (state.ContainerType == BundleConfig.Sandbox) { AwaitTarget(host, state); }
        if (ContainerCgroup.TryOpen(state.FreezerCgroup, host.Clock) is not { } cgroup) { return host.Runc.Become(call.All); }
        if (cgroup.KillAllAndThaw(Limit)) { return 0; }
        throw new RuntimeFailureException(FailureReasons.KillIncomplete,
            $"container {call.Id} of the moved pod {state.PodUid}: {cgroup.Pids().Count} processes are left in {state.FreezerCgroup} {Limit.TotalSeconds} s after SIGKILL");
    }

    /// <summary>The moved pod's copy lacks pages that only these processes have. kubelet tries again when a kill fails.</summary>
    private static void AwaitLatePages(RuntimeHost host, string containerId, ContainerState state)
    {
        if (!SafeNames.IsSafe(state.PodUid)) { return; }
        var marker = Path.Combine(host.ServingFolder, state.PodUid);
        var start = host.Clock.GetTimestamp();
        // An agent that has been gone for so long does not bring them any more, and a pod must be killable in the end.
        while (File.Exists(marker) && host.Clock.GetUtcNow() - File.GetLastWriteTimeUtc(marker) < LatePagesLimit)
        {
            if (host.Clock.GetElapsedTime(start) >= host.LatePagesWindow) { throw new RuntimeFailureException(FailureReasons.LatePages, $"pod {state.PodUid} runs on another node and still lacks pages that container {containerId} has"); }
            SystemCalls.PauseMs(PollMs);
        }
    }

    private static void AwaitTarget(RuntimeHost host, ContainerState state)
    {
        try
        {
            _ = host.Agent.Ask(new LocalRequest { Op = LocalOps.SandboxKill, PodUid = state.PodUid }, SandboxLimit, TimeSpan.Zero);
        }
        catch (AgentUnavailableException)
        {
            // Nobody is there to pass frames on: the sandbox has no use any more.
        }
    }

    private static bool IsReleased(RuntimeHost host, ContainerState state) =>
        SafeNames.IsSafe(state.PodUid) && File.Exists(Path.Combine(host.ReleasedFolder, state.PodUid));
}
