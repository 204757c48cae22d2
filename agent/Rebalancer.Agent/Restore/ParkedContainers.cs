using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Restore;

/// <summary>The parked copies on this node: their cgroups, and the files by which everybody knows that they must not run yet.</summary>
internal sealed class ParkedContainers(string runcRoot, ProcFolder proc, TimeProvider clock, string folder = NodePaths.ParkedFolder)
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(2);

    /// <summary>What an earlier agent left parked of this pod.</summary>
    public IReadOnlyList<RuncState> Of(string podUid) =>
        [.. new PodContainers(runcRoot, proc).Of(podUid).Where(state => File.Exists(Path.Combine(folder, state.Id)))];

    /// <summary>Whether the copy is there as a whole: alive, and frozen.</summary>
    public bool IsIntact(string containerId) => Find(containerId) is { } state && new PodContainers(runcRoot, proc).IsAlive(state) && CgroupOf(state) is { IsFrozen: true };

    /// <summary>Lets it run. From then on it is a container like any other.</summary>
    public void Thaw(string containerId)
    {
        // Without the mark first: a kill that comes now is one of a running container.
        File.Delete(Path.Combine(folder, containerId));
        if (Find(containerId) is { } state) { CgroupOf(state)?.Thaw(); }
    }

    /// <summary>Ends it without having run.</summary>
    public void Kill(string containerId)
    {
        if (File.Exists(Path.Combine(folder, containerId))) { End(containerId); }
    }

    /// <summary>Kills every process of a container, parked or not.</summary>
    public void End(string containerId)
    {
        if (Find(containerId) is { } state) { CgroupOf(state)?.KillAllAndThaw(KillLimit); }
    }

    private RuncState? Find(string containerId) => RuncState.TryRead(Path.Combine(runcRoot, containerId));

    private ContainerCgroup? CgroupOf(RuncState state) => ContainerCgroup.TryOpen(state.CgroupPath, clock);
}
