using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// Drives one move on the node that the pod leaves: does each step's work, watches for what must end it (an abort, the deadline, the freeze budget, a lost
/// peer), and asks <see cref="SourceMachine"/> what follows.
/// </summary>
internal sealed class SourceMove(MoveServices services, Migration migration, SourceStep first, ILogger log)
{
    private static readonly TimeSpan CancelledWorkLimit = TimeSpan.FromSeconds(10);
    private readonly SourceContext context = new(migration, services.Clock) { IsTakenUp = first >= SourceStep.Commit };
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SourceStep step = first;

    public string Name => migration.Metadata.Name;
    public string? PodUid => context.Migration.Status.PodUID;

    /// <summary>The move is better seen through by this agent than left to the next one: the pod is about to be frozen, or its object goes.</summary>
    public bool IsUrgent => SourceMachine.IsUrgent(step) || (context.IsGated && !SourceMachine.IsFinal(step));

    /// <summary>Done when the move is over and everything is given back; after a commit, when the target runs or did not say so in time.</summary>
    public Task Ended => ended.Task;

    public async Task RunAsync(CancellationToken stopping)
    {
        var writer = new StatusWriter(services.Api, migration, "source", services.Clock, services.Random, log);
        var writing = writer.RunAsync(stopping);
        context.Publish = () => PostState(writer);
        var work = new SourceWork(services, context, log);
        var ends = new SourceEnds(services, context, log);
        try
        {
            while (!SourceMachine.IsFinal(step))
            {
                var signal = await DoAsync(work, ends, stopping);
                if (signal is null) { return; }
                Go(SourceMachine.Next(step, signal.Value, context.IsRestoredBeforeCommit));
                PostState(writer);
            }
            await ends.CloseAsync(stopping);
            PostState(writer);
        }
        finally
        {
            // Also when the agent ends in the middle of a move: nobody knows when the next one starts.
            context.Throttle?.Undo();
            ended.TrySetResult();
            writer.Complete();
            await writing;
        }
    }

    /// <summary>CRIU of a container's dump has started and asks whether the pod is frozen.</summary>
    public async Task<LocalReply> DumpReadyAsync(string container, CancellationToken callerGone)
    {
        var asked = context.Containers.FirstOrDefault(each => each.Name == container);
        var order = asked is null ? DumpOrder.End : await asked.Gate.PassAsync(callerGone);
        return new LocalReply { Action = order.IsDump ? LocalActions.Proceed : LocalActions.Fail, HiddenPids = order.HiddenPids, SubstitutePid = order.SubstitutePid, MappingsFolder = order.MappingsFolder };
    }

    private void Go(SourceStep next)
    {
        log.LogInformation("Migration {Name}: source {From} -> {To}", migration.Metadata.Name, step, next);
        context.Timeline.Mark(next.ToString());
        step = next;
    }

    /// <returns>Null: the Migration ended without us having touched anything.</returns>
    private async Task<SourceSignal?> DoAsync(SourceWork work, SourceEnds ends, CancellationToken stopping)
    {
        switch (step)
        {
            case SourceStep.Commit: return await work.CommitAsync(IsOutOfTime, stopping) ? SourceSignal.Done : SourceSignal.Aborted;
            case SourceStep.Serve: await new SourceServe(services, context, ends, log).RunAsync(stopping); return SourceSignal.Done;
            case SourceStep.Release: await ends.ReleaseAsync(stopping); return SourceSignal.Done;
            case SourceStep.RollBack: return await ends.RollBackAsync(stopping) ? SourceSignal.Done : SourceSignal.Lost;
            default: return await DoInterruptiblyAsync(work, stopping);
        }
    }

    private async Task<SourceSignal?> DoInterruptiblyAsync(SourceWork work, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var interrupt = SourceMachine.IsInterruptible(step) ? InterruptAsync(end.Token) : Task.Delay(Timeout.InfiniteTimeSpan, services.Clock, end.Token);
        var doing = work.DoAsync(step, end.Token);
        await Task.WhenAny(doing, interrupt);
        var wasInterrupted = !doing.IsCompleted;
        await end.CancelAsync();
        try
        {
            if (!wasInterrupted) { return await doing ? SourceSignal.Done : null; }
            _ = await Task.WhenAny(doing, Task.Delay(CancelledWorkLimit, services.Clock, CancellationToken.None));
            await interrupt;
            return SourceSignal.Failed;
        }
        catch (MoveException e)
        {
            context.Failure ??= e;
            return step == SourceStep.Preflight ? SourceSignal.Refused : SourceSignal.Failed;
        }
        catch (AbortedException)
        {
            return SourceSignal.Aborted;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            log.LogError(e, "Migration {Name}: step {Step} failed", migration.Metadata.Name, step);
            context.Failure ??= new MoveException(Reasons.CheckpointFailed, $"step {step} failed: {e.Message}", inner: e);
            return step == SourceStep.Preflight ? SourceSignal.Refused : SourceSignal.Failed;
        }
    }

    /// <summary>Ends only by throwing: the first thing that forbids to go on.</summary>
    private async Task InterruptAsync(CancellationToken cancellation)
    {
        var aborted = services.Book.WaitAsync(context.Uid, now => now.Status.Decision == Decision.Aborted, cancellation);
        var outOfTime = Task.Delay(TimeLeft() ?? Timeout.InfiniteTimeSpan, services.Clock, cancellation);
        Task lost = context.Session is { } session && step > SourceStep.Connect ? session.Lost : Task.Delay(Timeout.InfiniteTimeSpan, services.Clock, cancellation);
        var first = await Task.WhenAny(aborted, outOfTime, lost);
        await first;
        if (first == aborted) { throw new AbortedException(); }
        throw first == outOfTime ? OutOfTime() : await context.Session!.Lost;
    }

    private TimeSpan? TimeLeft()
    {
        TimeSpan? deadline = migration.Spec.Deadline is { } instant ? instant - services.Clock.GetUtcNow() : null;
        TimeSpan? budget = SourceMachine.IsFrozen(step) ? context.FreezeLimit - (context.FrozenAt is { } at ? services.Clock.GetElapsedTime(at) : TimeSpan.Zero) : null;
        var left = deadline is null || budget < deadline ? budget ?? deadline : deadline;
        return left is { } span && span < TimeSpan.Zero ? TimeSpan.Zero : left > TimeSpan.FromDays(20) ? null : left;
    }

    private bool IsOutOfTime() => TimeLeft() <= TimeSpan.Zero;

    private MoveException OutOfTime() => migration.Spec.Deadline is { } deadline && services.Clock.GetUtcNow() >= deadline
        ? new MoveException(Reasons.DeadlineExceeded, $"not committed by {deadline:O}; the source was in step {step}")
        : new MoveException(Reasons.FreezeBudgetExceeded, $"the freeze lasted over {context.FreezeLimit.TotalMilliseconds} ms; the source was in step {step}");

    private void PostState(StatusWriter writer)
    {
        var state = step switch
        {
            SourceStep.AwaitCopy => SourceState.Ready,
            SourceStep.PreCopy when context.Status.HeldBytes is not null => SourceState.Holding,
            SourceStep.Follow => SourceState.Copied,
            SourceStep.Dump => SourceState.Frozen,
            SourceStep.AwaitHeld or SourceStep.Mark => SourceState.Transferred,
            SourceStep.Refused => SourceState.Refused,
            SourceStep.Released => SourceState.Released,
            SourceStep.Thawed => SourceState.Thawed,
            _ => null,
        };
        if (state is null) { return; }
        writer.Post(SourceReport.Of(context, state));
    }
}

/// <summary>Aborted was read while a step's work was going on.</summary>
internal sealed class AbortedException : Exception;
