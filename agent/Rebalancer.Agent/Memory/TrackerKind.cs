using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Memory;

/// <summary>One way to learn which pages were written.</summary>
/// <param name="Name">Of <see cref="Trackers"/>.</param>
/// <param name="Obstacle">Why it cannot be of use on this node, as far as that can be told without trying; null: it may be tried.</param>
/// <param name="ObstacleOf">Why it cannot be used for one process on a node where it works; null: it can.</param>
/// <param name="Attach">Begins to track a process; throws LinuxException when that cannot be done.</param>
internal sealed record TrackerKind(string Name, Func<string?> Obstacle, Func<int, ProcFolder, string?> ObstacleOf, Func<int, TimeProvider, IDirtyTracker> Attach)
{
    /// <summary>Each costs the running process less than the next.</summary>
    public static readonly IReadOnlyList<TrackerKind> InOrder = By(NodePaths.RuncWrapper);

    /// <param name="program">rebalancer-runc.</param>
    public static IReadOnlyList<TrackerKind> By(string program) =>
    [
        new(Trackers.WriteProtect, WriteProtectTracker.Obstacle, (_, _) => null, (pid, _) => WriteProtectTracker.Attach(pid, () => InjectionProcess.OpenUserFault(program, pid))),
        new(Trackers.SoftDirty, () => null, SoftDirtyTracker.Obstacle, (pid, clock) => new SoftDirtyTracker(new LinuxProcessPages(pid, clock), ZeroPage.Frame)),
        new(Trackers.Hash, () => null, (_, _) => null, HashTracker.Attach),
    ];
}
