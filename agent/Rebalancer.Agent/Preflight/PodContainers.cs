namespace Rebalancer.Agent.Preflight;

/// <summary>The containers of one pod on this node, found in runc's state folders.</summary>
internal sealed class PodContainers(string runcRoot, ProcFolder proc)
{
    private const int MaximumContainers = 4096;

    /// <summary>Living containers of the pod: the sandbox's pause container and the app containers.</summary>
    public IReadOnlyList<RuncState> Of(string podUid)
    {
        if (podUid.Length == 0 || !Directory.Exists(runcRoot)) { return []; }
        return [.. Directory.EnumerateDirectories(runcRoot).Take(MaximumContainers).Select(RuncState.TryRead).OfType<RuncState>().Where(state => state.PodUid == podUid && IsAlive(state))];
    }

    /// <summary>True while the very process that runc started is there: a container restarted in place has another pid or start time.</summary>
    public bool IsAlive(RuncState state) => proc.StartTicks(state.InitPid) == state.InitStart;

    public bool IsAlive(string containerId) => RuncState.TryRead(Path.Combine(runcRoot, containerId)) is { } state && IsAlive(state);
}
