using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Memory;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Sends the memory of the pod while it runs. Does nothing where CRIU carries the memory.</summary>
internal sealed class PreCopy(MoveServices services, SourceContext context, ILogger log)
{
    /// <summary>Pause between two rounds while the move waits for its turn: what is written meanwhile is sent once.</summary>
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(200);
    private readonly List<CopyRound> rounds = [];
    private ChosenTracker tracker;

    /// <summary>Rounds until what is left can wait for the freeze.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (context.Migration.Spec.Strategy == Strategies.StopAndCopy)
        {
            LeaveToCriu("as asked for");
            return;
        }
        tracker = await services.Trackers.GetAsync(cancellation);
        if (tracker.Kind is not { } kind)
        {
            LeaveToCriu(tracker.Reason);
            return;
        }
        foreach (var each in context.Containers.Where(each => Dump.AsksBeforeDump(each.State))) { each.Memory = new ContainerMemory(each.Name, kind, services.Proc, services.Clock); }
        PreCopyVerdict verdict;
        do
        {
            await RoundAsync(cancellation);
            verdict = PreCopyPolicy.Next(rounds, services.Clock.GetUtcNow(), context.Migration.Spec.Deadline);
        }
        while (verdict.IsGoOn);
        Conclude(verdict);
    }

    /// <summary>Goes on sending what is written until the signal comes, and once more then.</summary>
    /// <returns>What the signal says.</returns>
    public async Task<bool> FollowAsync(Task<bool> signal, CancellationToken cancellation)
    {
        if (context.Containers.All(each => each.Memory is null)) { return await signal; }
        while (!signal.IsCompleted)
        {
            await RoundAsync(cancellation);
            await Task.WhenAny(signal, Task.Delay(FollowPause, services.Clock, cancellation));
        }
        if (await signal) { await RoundAsync(cancellation); }
        return await signal;
    }

    private void LeaveToCriu(string reason) => (context.Status.Strategy, context.Status.StrategyReason, context.Status.Tracker) = (Strategies.StopAndCopy, reason, Trackers.None);

    private async Task RoundAsync(CancellationToken cancellation)
    {
        var start = services.Clock.GetTimestamp();
        long bytes = 0;
        foreach (var each in context.Containers)
        {
            if (each.Memory is { } memory) { bytes += await memory.RoundAsync(each.Cgroup!.Pids(), context.Images!, cancellation); }
        }
        rounds.Add(new CopyRound(bytes, services.Clock.GetElapsedTime(start)));
        context.Status.TrackerStopMs = context.Containers.Max(each => each.Memory?.LongestStop.TotalMilliseconds);
        log.LogDebug("Migration {Name}: round {Number} sent {Bytes} bytes in {Ms:0} ms", context.Migration.Metadata.Name, rounds.Count, bytes, rounds[^1].Duration.TotalMilliseconds);
    }

    private void Conclude(PreCopyVerdict verdict)
    {
        var obstacles = context.Containers.Select(each => each.Memory?.Obstacle).OfType<string>().ToList();
        foreach (var each in context.Containers.Where(each => each.Memory is { IsTracking: false }))
        {
            each.Memory!.Dispose();
            each.Memory = null;
        }
        var isTracked = context.Containers.Any(each => each.Memory is not null);
        context.Status.Strategy = isTracked ? Strategies.PreCopy : Strategies.StopAndCopy;
        context.Status.Tracker = isTracked ? tracker.Kind!.Name : Trackers.None;
        var reason = obstacles.Count > 0 ? string.Join("; ", obstacles) : $"{verdict.Reason} after {rounds.Count} rounds";
        context.Status.StrategyReason = tracker.Reason.Length == 0 ? reason : $"{reason}; {tracker.Reason}";
        log.LogInformation("Migration {Name}: {Strategy}: {Reason}", context.Migration.Metadata.Name, context.Status.Strategy, context.Status.StrategyReason);
    }
}
