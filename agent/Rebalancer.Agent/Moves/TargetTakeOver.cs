using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// Between the moment in which a pod goes on and the return of the create call that restored it, the container runtime ends the pod's processes if that call
/// dies. So a move is only told to have succeeded when the runtime has them; and where it has ended them, the pod starts cold, and the move says so.
/// </summary>
internal sealed class TargetTakeOver(MoveServices services, TargetMove move, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    /// <summary>A create call that has not returned by then is not waited for: whether the processes are there is what counts.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static MoveException Lost(string container) =>
        new(Reasons.RestoreFailed, $"the container runtime gave container {container} up, and ended it, before it had taken the restored copy over");

    /// <summary>Ends with the move.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (await move.Context.Step.WaitAsync(step => step == TargetStep.Resumed || TargetMachine.IsFinal(step), stopping) != TargetStep.Resumed) { return; }
        var start = services.Clock.GetTimestamp();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (move.Context.Step.Current == TargetStep.Resumed)
        {
            var running = move.Context.Copies.In(Restore.CopyState.Running);
            var isOver = services.Clock.GetElapsedTime(start) > Limit;
            if (running.FirstOrDefault(copy => !IsAlive(copy.ContainerId) && (isOver || seen.Contains(copy.ContainerId))) is { } lost)
            {
                move.Context.Failure ??= Lost(lost.Container);
                log.LogError("Migration {Name}: {Message}", move.Context.Migration.Metadata.Name, move.Context.Failure.Message);
                _ = move.Advance(TargetSignal.GivenUp);
                return;
            }
            if (isOver || running.All(copy => File.Exists(Path.Combine(NodePaths.RestoredFolder, copy.ContainerId))))
            {
                _ = move.Advance(TargetSignal.TakenOver);
                return;
            }
            // runc writes a restored container's state a moment after it runs: only what was there can be gone.
            seen.UnionWith(running.Select(copy => copy.ContainerId).Where(IsAlive));
            await Task.Delay(Look, services.Clock, stopping);
        }
    }

    private bool IsAlive(string containerId) =>
        RuncState.TryRead(Path.Combine(services.Options.ContainerdRoot, containerId)) is { } state && new PodContainers(services.Options.ContainerdRoot, services.Proc).IsAlive(state);
}
