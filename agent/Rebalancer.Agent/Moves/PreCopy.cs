using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Throttling;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// Sends the memory of the pod while it runs, and slows it down where it writes too fast for its freeze budget. Does nothing where CRIU carries the memory.
/// </summary>
internal sealed class PreCopy(MoveServices services, SourceContext context, ILogger log)
{
    /// <summary>Pause between two rounds while the move waits for its turn: what is written meanwhile is sent once. Longer where a round reads all memory.</summary>
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(200);
    /// <summary>The same for a pod that is slowed down: a pause lets grow what the slowing down keeps small.</summary>
    private static readonly TimeSpan ThrottledPause = TimeSpan.FromMilliseconds(50);
    /// <summary>What a held move has on the target is told so often: whoever looks wants to know, and nobody acts on it.</summary>
    private static readonly TimeSpan TellPause = TimeSpan.FromSeconds(30);
    /// <summary>A container that sends less than this part of a round is not who keeps it large.</summary>
    private const double WriterPart = 0.1;
    private readonly List<CopyRound> rounds = [];
    private ChosenTracker tracker;
    private readonly Dictionary<string, long> lastBytes = new(StringComparer.Ordinal);
    private long lastStart;
    private double share = 1;
    /// <summary>The end of the first round, where the move goes on meanwhile.</summary>
    private Task? firstRound;

    private bool IsTracked => context.Containers.Any(each => each.Memory is { IsTracking: true });

    private IEnumerable<string> Obstacles => context.Containers.Select(each => each.Memory?.Obstacle).OfType<string>();

    /// <summary>Finds out by what written pages are known.</summary>
    /// <returns>False: they are not, and CRIU carries the memory.</returns>
    public async Task<bool> BeginAsync(CancellationToken cancellation)
    {
        if (context.Migration.Spec.Strategy == Strategies.StopAndCopy)
        {
            LeaveToCriu("as asked for");
            return false;
        }
        tracker = await services.Trackers.GetAsync(cancellation);
        if (tracker.Kind is not { } kind)
        {
            LeaveToCriu(tracker.Reason);
            return false;
        }
        foreach (var each in context.Containers.Where(each => Dump.AsksBeforeDump(each.State))) { each.Memory = new ContainerMemory(each.Name, kind, services.Proc, services.Clock); }
        return true;
    }

    /// <summary>Keeps what the target has current until the move is let go. The pod is not slowed down for that.</summary>
    /// <exception cref="MoveException">None of the memory can be sent ahead.</exception>
    public async Task HoldAsync(CancellationToken cancellation)
    {
        var letGo = services.Book.WaitAsync(context.Uid, now => !now.IsHeld, cancellation);
        long? told = null;
        while (!letGo.IsCompleted)
        {
            await RoundAsync(cancellation);
            if (!IsTracked) { throw new MoveException(Reasons.StrategyUnsupported, $"the memory cannot be sent ahead of a notice: {string.Join("; ", Obstacles)}"); }
            // The first round sends all there is.
            (var isFirst, context.Status.PendingBytes) = (context.Status.HeldBytes is null, context.Status.HeldBytes is null ? null : rounds[^1].Bytes);
            context.Status.HeldBytes = context.Containers.Sum(each => each.Memory?.SentBytes ?? 0);
            rounds.Clear();
            if (told is null || services.Clock.GetElapsedTime(told.Value) >= TellPause)
            {
                context.Publish();
                told = isFirst ? null : services.Clock.GetTimestamp();
            }
            await Task.WhenAny(letGo, Task.Delay(PreCopyPolicy.HoldPause(FinalScan), services.Clock, cancellation));
        }
        _ = await letGo;
        context.Timeline.Mark("LetGo");
    }

    /// <summary>Rounds until what is left can wait for the freeze.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var accepted = await context.Session!.Accepted;
        if (Choose(fits: true, accepted.LatePages) is { Strategy: Strategies.PostCopy } postCopy)
        {
            // What is written from here on would be sent twice.
            await RoundAsync(cancellation);
            Conclude(postCopy, "all was sent once");
            return;
        }
        if (context.Migration.Spec.Throttle != Throttles.Never)
        {
            context.Throttle = new Throttle(context.Uid, services.Quotas, services.Clock, log);
            context.Throttle.Measure(context.Containers.Where(each => each.Memory is not null).Select(each => each.State));
        }
        if (await IsReadyBeforeItsEndAsync(cancellation))
        {
            Conclude(Choose(fits: true, accepted.LatePages), "so little is written that the target is made ready while the memory still comes");
            return;
        }
        var verdict = Judge();
        while (verdict.IsGoOn)
        {
            await RoundAsync(cancellation);
            verdict = Judge();
        }
        Conclude(Choose(ThrottlePolicy.Fits(rounds, Limits), accepted.LatePages), $"{verdict.Reason} after {rounds.Count} rounds{Unthrottled()}");
    }

    /// <summary>Goes on sending what is written until the signal comes, and once more then.</summary>
    /// <param name="signal">Ends it.</param>
    /// <param name="isLast">What follows is the freeze: nothing may be under way then.</param>
    /// <param name="cancellation">Ends it too.</param>
    /// <returns>What the signal says.</returns>
    public async Task<bool> FollowAsync(Task<bool> signal, bool isLast, CancellationToken cancellation)
    {
        if (context.Containers.All(each => each.Memory is null)) { return await signal; }
        if (firstRound is { } first)
        {
            if (!isLast && await Task.WhenAny(signal, first) == signal) { return await signal; }
            await first.WaitAsync(cancellation);
            firstRound = null;
        }
        while (!signal.IsCompleted)
        {
            await RoundAsync(cancellation);
            _ = Judge();
            await Task.WhenAny(signal, Task.Delay(share < 1 ? ThrottledPause : FollowPause + FinalScan, services.Clock, cancellation));
        }
        // A post-copy sends later what is written from here on.
        if (await signal && !context.IsPostCopy) { await RoundAsync(cancellation); }
        return await signal;
    }

    /// <summary>Nothing is sent any more by a move that has failed.</summary>
    public async Task EndAsync()
    {
        if (firstRound is not { } first) { return; }
        await context.CopyEnd.CancelAsync();
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        firstRound = null;
    }

    /// <summary>Sends all memory.</summary>
    /// <returns>True: not all is sent yet, and the target may be made ready.</returns>
    private async Task<bool> IsReadyBeforeItsEndAsync(CancellationToken cancellation)
    {
        var isNear = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (start, sent, looked) = (services.Clock.GetTimestamp(), 0L, false);
        // It may outlive this step, whose end must not end it.
        firstRound = RoundAsync(context.CopyEnd.Token, Sent);
        if (await Task.WhenAny(firstRound, isNear.Task).WaitAsync(cancellation) == isNear.Task) { return true; }
        await firstRound;
        firstRound = null;
        return false;

        void Sent(long bytes)
        {
            sent += bytes;
            var round = new FirstRound(context.Facts!.MemoryBytes, sent, services.Clock.GetElapsedTime(start));
            // All containers are being sent: whose memory is left to CRIU is known.
            if (looked || !PreCopyPolicy.IsNearlyOver(round) || context.Containers.Any(each => each.Memory is { IsTracking: false })) { return; }
            looked = true;
            if (PreCopyPolicy.IsCalm(round, context.Containers.Aggregate((long?)0, (sum, each) => sum + (each.Memory is { } memory ? memory.WrittenBytes() : 0)))) { isNear.TrySetResult(); }
        }
    }

    private void LeaveToCriu(string reason) => (context.Status.Strategy, context.Status.StrategyReason, context.Status.Tracker) = (Strategies.StopAndCopy, reason, Trackers.None);

    private async Task RoundAsync(CancellationToken cancellation, Action<long>? sent = null)
    {
        var start = services.Clock.GetTimestamp();
        long bytes = 0;
        foreach (var each in context.Containers)
        {
            if (each.Memory is { } memory) { bytes += lastBytes[each.Name] = await memory.RoundAsync(each.Cgroup!.Pids(), context.Images!, sent, cancellation); }
        }
        var writing = rounds.Count == 0 ? TimeSpan.Zero : services.Clock.GetElapsedTime(lastStart, start);
        lastStart = start;
        if (sent is not null) { context.Timeline.Mark("CopiedOnce"); }
        rounds.Add(new CopyRound(bytes, services.Clock.GetElapsedTime(start), writing, share));
        context.Status.TrackerStopMs = context.Containers.Max(each => each.Memory?.LongestStop.TotalMilliseconds);
        log.LogDebug("Migration {Name}: round {Number} sent {Bytes} bytes in {Ms:0} ms", context.Migration.Metadata.Name, rounds.Count, bytes, rounds[^1].Duration.TotalMilliseconds);
    }

    /// <summary>Slows the pod down where the verdict says so.</summary>
    private PreCopyVerdict Judge()
    {
        var verdict = Next();
        if (verdict.Share >= share) { return verdict; }
        // Whoever holds a pod back is waited for too.
        context.Images!.Pace = null;
        var bytes = rounds[^1].Bytes;
        var isSlower = context.Throttle!.TrySlow(lastBytes.Where(each => each.Value >= bytes * WriterPart).Select(each => each.Key), verdict.Share);
        if (!isSlower) { return Next(); }
        share = verdict.Share;
        context.Status.ThrottlePercent = (int)Math.Round(share * 100);
        log.LogInformation("Migration {Name}: the pod is left {Percent} % of the CPU that it used", context.Migration.Metadata.Name, context.Status.ThrottlePercent);
        return verdict;
    }

    private PreCopyVerdict Next() => PreCopyPolicy.Next(rounds, services.Clock.GetUtcNow(), Limits);

    private PreCopyLimits Limits => new(context.Migration.Spec.Deadline, context.FreezeBudget, context.Throttle is { Obstacle: null }, FinalScan);

    /// <summary>What the freeze will take to tell which pages were written last.</summary>
    private TimeSpan FinalScan => context.Containers.Aggregate(TimeSpan.Zero, (sum, each) => sum + (each.Memory?.FinalEstimate ?? TimeSpan.Zero));

    private void Conclude(ChosenStrategy chosen, string end)
    {
        var obstacles = Obstacles.ToList();
        foreach (var each in context.Containers.Where(each => each.Memory is { IsTracking: false }))
        {
            each.Memory!.Dispose();
            each.Memory = null;
        }
        var isTracked = context.Containers.Any(each => each.Memory is not null);
        context.Status.Strategy = isTracked ? chosen.Strategy : Strategies.StopAndCopy;
        context.Status.Tracker = isTracked ? tracker.Kind!.Name : Trackers.None;
        var reason = obstacles.Count > 0 ? string.Join("; ", obstacles) : end;
        context.Status.StrategyReason = string.Join("; ", ((string?[])[reason, chosen.Reason, Limits.ScanExcess, tracker.Reason]).Where(part => !string.IsNullOrEmpty(part)));
        log.LogInformation("Migration {Name}: {Strategy}: {Reason}", context.Migration.Metadata.Name, context.Status.Strategy, context.Status.StrategyReason);
    }

    private ChosenStrategy Choose(bool fits, bool takesLatePages) => StrategyChoice.Of(new StrategyFacts(
        context.Migration.Spec.Strategy, fits, context.Migration.Spec.Deadline is not null, context.Facts!.IsReplacedFirst, takesLatePages));

    /// <summary>Why a pod was not slowed down whose memory does not fit into the freeze; empty where it does, or was.</summary>
    private string Unthrottled()
    {
        if (share < 1 || ThrottlePolicy.Fits(rounds, Limits)) { return ""; }
        var obstacle = context.Throttle is null ? "spec.throttle is Never" : context.Throttle.Obstacle;
        return obstacle is null ? "" : $"; it is not slowed down: {obstacle}";
    }
}
