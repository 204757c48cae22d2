using Rebalancer.Agent.Local;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// From the moment in which a pod goes on, until its processes need nobody any more. Until the create call that restored it returns, the container runtime ends
/// them if that call dies; until the page server has given them all of their memory, they would read zeros without it, and are ended. So a move has only
/// succeeded after both; and where a pod was ended, it starts cold, and the move says so.
/// </summary>
internal sealed class TargetTakeOver(MoveServices services, TargetMove move)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    /// <summary>A create call that has not returned by then is not waited for: whether the processes are there is what counts.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly PodContainers containers = new(services.Options.ContainerdRoot, services.Proc);

    /// <summary>The wrapper's note that its create call came to its end. A reboot takes it along.</summary>
    public static bool HasReturned(string containerId) => File.Exists(Path.Combine(NodePaths.RestoredFolder, containerId));

    public static MoveException Lost(string container) =>
        new(Reasons.RestoreFailed, $"the container runtime gave container {container} up, and ended it, before it had taken the restored copy over");

    /// <summary>Ends with the move.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await move.Context.Step.WaitAsync(step => step is TargetStep.Resumed or TargetStep.Filling || TargetMachine.IsFinal(step), stopping);
        if (move.Context.Step.Current == TargetStep.Resumed) { await TakenOverAsync(stopping); }
        if (move.Context.Step.Current != TargetStep.Filling) { return; }
        // Page servers of an earlier agent are not known here; each has ended its processes, or will fill them.
        foreach (var copy in Running())
        {
            if (await copy.Filled.WaitAsync(stopping)) { continue; }
            move.GiveUp(MemoryLost(copy.Container));
            return;
        }
        _ = move.Advance(TargetSignal.Filled);
    }

    private static MoveException MemoryLost(string container) =>
        new(Reasons.RestoreFailed, $"the page server of container {container} ended before the container had all of its memory, so the container was ended");

    private IReadOnlyList<TargetCopy> Running() => move.Context.Copies.In(CopyState.Running);

    private async Task TakenOverAsync(CancellationToken stopping)
    {
        var start = services.Clock.GetTimestamp();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (move.Context.Step.Current == TargetStep.Resumed)
        {
            var running = Running();
            var isOver = services.Clock.GetElapsedTime(start) > Limit;
            if (await EmptiedAsync(running) is { } emptied)
            {
                move.GiveUp(MemoryLost(emptied.Container));
            }
            else if (running.FirstOrDefault(copy => !containers.IsAlive(copy.ContainerId) && (isOver || seen.Contains(copy.ContainerId))) is { } lost)
            {
                move.GiveUp(Lost(lost.Container));
            }
            else if (isOver || running.All(copy => HasReturned(copy.ContainerId)))
            {
                _ = move.Advance(TargetSignal.TakenOver);
            }
            else
            {
                // runc writes a restored container's state a moment after it runs: only what was there can be gone.
                seen.UnionWith(running.Select(copy => copy.ContainerId).Where(containers.IsAlive));
                await Task.Delay(Look, services.Clock, stopping);
            }
        }
    }

    /// <summary>One that has lost its memory already.</summary>
    private static async Task<TargetCopy?> EmptiedAsync(IReadOnlyList<TargetCopy> copies)
    {
        foreach (var copy in copies.Where(copy => copy.Filled.IsCompletedSuccessfully))
        {
            if (!await copy.Filled) { return copy; }
        }
        return null;
    }
}
