using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;

namespace Rebalancer.Simulation.Agents;

/// <summary>What the wrapper and CRIU's script ask, as TargetCallers, TargetPod and TargetDecision answer it.</summary>
internal sealed partial class TargetSession
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(85);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly LocalReply Proceed = new() { Action = LocalActions.Proceed };

    public async Task<LocalReply> SandboxAsync(LocalRequest request, CancellationToken gone)
    {
        SandboxOf = request.PodUid;
        if (IsCommitted)
        {
            return Proceed;
        }

        using var expiry = new CancellationTokenSource(WaitLimit, Simulator);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone, expiry.Token);
        try
        {
            await cell.WaitAsync(step => step != TargetStep.Preflight, limit.Token);
            Advance(TargetSignal.Prepared);
            await agent.Services.Api.ReadPodAsync(request.PodNamespace, request.PodName, limit.Token);
            var decided = agent.Book.WaitAsync(Uid, now => now.Status.Decision != Decision.None, limit.Token);
            await await Task.WhenAny(arming.Task.WaitAsync(limit.Token), decided);
            return IsAborted ? Aborted() : Proceed;
        }
        catch (OperationCanceledException)
        {
            Advance(TargetSignal.SandboxLost);
            return Fail(Reasons.PhaseTimeout);
        }
    }

    public async Task<LocalReply> ContainerAsync(LocalRequest request, CancellationToken gone)
    {
        SandboxOf ??= request.PodUid;
        using var expiry = new CancellationTokenSource(WaitLimit, Simulator);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone, expiry.Token);
        try
        {
            var stored = cell.WaitAsync(step => step >= TargetStep.Stored, limit.Token);
            var decided = agent.Book.WaitAsync(Uid, now => now.Status.Decision != Decision.None, limit.Token);
            await await Task.WhenAny(armed.Task.WaitAsync(limit.Token), stored, decided);
            if (cell.Current == TargetStep.Prepared && !IsAborted && link is { } open)
            {
                open.Reply(open.Warm);
            }

            await await Task.WhenAny(stored, decided);
        }
        catch (OperationCanceledException)
        {
            return Fail(Reasons.PhaseTimeout);
        }

        if (IsAborted)
        {
            return Aborted();
        }

        if (cell.Current == TargetStep.Stored && HasImages)
        {
            return Give();
        }

        if (!IsCommitted)
        {
            return Fail(Reasons.RestoreFailed);
        }

        return StartCold(request, new MoveException(Reasons.RestoreFailed, $"no complete checkpoint is left on this node (step {cell.Current})"));
    }

    public async Task<LocalReply> HoldAsync(PodCopy held, CancellationToken gone)
    {
        if (cell.Current != TargetStep.Restoring)
        {
            return Fail(Reasons.RestoreFailed);
        }

        if (IsAborted)
        {
            return Aborted();
        }

        copy = held;
        if (!Advance(TargetSignal.HoldAsked))
        {
            return Fail(Reasons.RestoreFailed);
        }

        if (link is { } open)
        {
            open.Reply(open.Held);
        }

        if (await AwaitDecisionAsync(gone) != Decision.Committed)
        {
            return Aborted();
        }

        // The network opens before the copy runs, so that its first segment is not lost.
        held.IsNetworkOpen = true;
        Advance(TargetSignal.Proceeded);
        return Proceed;
    }

    public LocalReply Resumed()
    {
        if (cell.Current == TargetStep.Resuming)
        {
            Opened();
        }

        return Proceed;
    }

    public async Task<LocalReply> RestoreDoneAsync(LocalRequest request, CancellationToken gone)
    {
        SandboxOf ??= request.PodUid;
        if (request.ExitCode == 0)
        {
            copy ??= agent.Node.Living(request.PodUid);
            if (cell.Current == TargetStep.Stored)
            {
                TakeUp(request.PodUid);
            }

            return Resumed();
        }

        if (IsAborted)
        {
            return Aborted();
        }

        var why = new MoveException(Reasons.RestoreFailed, "restore of container app failed");
        var wasRunning = TargetMachine.Runs(cell.Current);
        copy = null;
        Advance(TargetSignal.RestoreFailed);
        if (!IsCommitted && await AbortAsync(why) != Decision.Committed)
        {
            return Fail(why.Reason);
        }

        return !wasRunning && restores < 3 && HasImages ? Give() : StartCold(request, why);
    }

    private async Task<string> AwaitDecisionAsync(CancellationToken gone)
    {
        var decided = agent.Book.WaitAsync(Uid, now => now.Status.Decision != Decision.None, gone);
        var hint = hinted.Task.WaitAsync(gone);
        var lost = ended.Task.WaitAsync(gone);
        while (true)
        {
            if (Now.Status.Decision is { Length: > 0 } known)
            {
                return known;
            }

            var first = await Task.WhenAny(decided, hint, lost, Task.Delay(Poll, Simulator, gone));
            gone.ThrowIfCancellationRequested();
            if (first == lost && IsRestoredBeforeCommit)
            {
                return await AbortAsync(new MoveException(Reasons.SourceLost, "the source's agent was lost while the copy was held"));
            }

            try
            {
                await agent.Services.Decisions(NullLogger.Instance).ReadAsync(Now, gone);
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                // Read again.
            }

            if (first == hint)
            {
                hint = Task.Delay(Timeout.InfiniteTimeSpan, Simulator, gone);
            }
        }
    }

    private LocalReply Give()
    {
        if (!Advance(TargetSignal.RestoreGiven))
        {
            return Fail(Reasons.RestoreFailed);
        }

        restores++;
        return new LocalReply { Action = LocalActions.Restore };
    }

    private LocalReply StartCold(LocalRequest request, MoveException why)
    {
        Failure ??= why;
        Disk.Consumed.Add(request.PodUid);
        link?.Fail(why.Reason, why.Message);
        if (link is { } open)
        {
            open.Reply(open.Running);
        }

        Advance(TargetSignal.GivenUp);
        return new LocalReply { Action = LocalActions.Create, Reason = why.Reason };
    }

    private void Opened()
    {
        if (copy is not null)
        {
            copy.IsNetworkOpen = true;
        }

        if (link is { } open)
        {
            open.Reply(open.Running);
        }

        Advance(TargetSignal.Resumed);
    }

    private LocalReply Aborted() => Fail(Now.Status.Reason ?? Reasons.UserAborted);

    private static LocalReply Fail(string reason) => new() { Action = LocalActions.Fail, Reason = reason };
}
