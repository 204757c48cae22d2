using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Answers the runtime wrapper and CRIU's script about the claimed pod. The callers' token ends when they hang up.</summary>
internal sealed class TargetCallers(MoveServices services, TargetMove move, ILogger log)
{
    /// <summary>Longest wait for the source; kubelet gives a sandbox 4 minutes and a container 2.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(85);
    private static readonly TimeSpan DecisionPoll = TimeSpan.FromMilliseconds(500);
    private const string IfName = "eth0";
    private TargetContext Context => move.Context;

    /// <summary>The pause container's create: network and namespaces are made, nothing has been reported yet. Waits for the freeze.</summary>
    public async Task<LocalReply> SandboxAsync(LocalRequest request, CancellationToken callerGone)
    {
        Context.Sandbox = new Sandbox(request.PodUid, request.PodName, request.NetNs, BundleHostname.Read(request.Bundle, request.PodName));
        Context.Shield = services.Network.Shield(request.NetNs, IfName);
        if (move.IsCommitted) { return Proceed; }
        try
        {
            using var limit = Limit(callerGone);
            await Context.Step.WaitAsync(step => step != TargetStep.Preflight, limit.Token);
            move.Advance(TargetSignal.Prepared);
            var decided = services.Book.WaitAsync(Context.Uid, now => now.Status.Decision != Decision.None, limit.Token);
            await await Task.WhenAny(Context.Frozen.WaitAsync(limit.Token), decided);
            return move.IsAborted ? Aborted() : Proceed;
        }
        catch (OperationCanceledException)
        {
            move.Advance(TargetSignal.SandboxLost);
            return Fail(Reasons.PhaseTimeout, $"the source of pod {request.PodNamespace}/{request.PodName} did not freeze within {WaitLimit.TotalSeconds} s");
        }
    }

    /// <summary>The app container's create: waits for the images.</summary>
    public async Task<LocalReply> ContainerAsync(LocalRequest request, CancellationToken callerGone)
    {
        Context.Sandbox ??= new Sandbox(request.PodUid, request.PodName, request.NetNs, request.PodName);
        Context.Shield ??= services.Network.Shield(Context.Sandbox.NetNs, IfName);
        try
        {
            using var limit = Limit(callerGone);
            var stored = Context.Step.WaitAsync(step => step >= TargetStep.Stored, limit.Token);
            var decided = services.Book.WaitAsync(Context.Uid, now => now.Status.Decision != Decision.None, limit.Token);
            await await Task.WhenAny(stored, decided);
        }
        catch (OperationCanceledException)
        {
            return Fail(Reasons.PhaseTimeout, $"no checkpoint for container {request.ContainerName} of pod {request.PodName} came within {WaitLimit.TotalSeconds} s");
        }
        if (move.IsAborted) { return Aborted(); }
        if (Context.Step.Current == TargetStep.Stored && Context.Folder.IsComplete) { return await GiveFilesAsync(request, callerGone) ?? GiveRestore(); }
        if (!move.IsCommitted) { return Fail(Reasons.RestoreFailed, $"a restore of container {request.ContainerName} is under way already (step {Context.Step.Current})"); }
        return ColdStart(request, new MoveException(Reasons.RestoreFailed, $"no complete checkpoint is left on this node (step {Context.Step.Current})"));
    }

    /// <summary>CRIU's post-restore: the copy is complete and none of its code has run. Answered with the decision, as read.</summary>
    public async Task<LocalReply> HoldAsync(LocalRequest request, CancellationToken callerGone)
    {
        if (!move.Advance(TargetSignal.HoldAsked)) { return Fail(Reasons.RestoreFailed, $"nothing is to be held in step {Context.Step.Current}"); }
        if (Context.Sandbox is { } sandbox && request.Pid > 0 && Hostname.Set(request.Pid, sandbox.Hostname) is var errno and not 0)
        {
            log.LogWarning("Host name of pod {Pod} stays the source's: errno {Errno}", sandbox.PodName, errno);
        }
        Context.Reply?.Invoke(new MoveReply { Held = new Held() });
        if (await DecisionAsync(callerGone) != Decision.Committed) { return Aborted(); }
        return LetRun(request);
    }

    /// <summary>CRIU's post-resume: the copy runs; its network may be opened.</summary>
    public LocalReply Resumed()
    {
        if (Context.Step.Current != TargetStep.Resuming) { return Proceed; }
        if (Context.Shield is { } shield) { Context.Frames.OpenTo(shield); }
        if (Context.FrozenAt is { } at) { Context.FreezeMs = (long)services.Clock.GetElapsedTime(at).TotalMilliseconds; }
        Context.Reply?.Invoke(new MoveReply { Running = new Running { FramesReplayed = Context.Frames.Replayed } });
        move.Advance(TargetSignal.Resumed);
        return Proceed;
    }

    /// <summary>runc restore has ended.</summary>
    public async Task<LocalReply> RestoreDoneAsync(LocalRequest request, CancellationToken callerGone)
    {
        if (request.ExitCode == 0)
        {
            // It came through the hold, so it was let run; a lost `resumed` is made up for here.
            Resumed();
            return Proceed;
        }
        // A copy that dies because the move was aborted is no failed restore.
        if (move.IsAborted) { return Aborted(); }
        var cause = CriuCauses.Find(await ReadLogAsync(request.WorkPath, callerGone), Reasons.RestoreFailed);
        var why = new MoveException(cause.Reason, $"restore of container {request.ContainerName} failed (runc exit code {request.ExitCode}): {cause.Hint}", cause.LogLine);
        var wasRunning = Context.Step.Current == TargetStep.Running;
        move.Advance(TargetSignal.RestoreFailed);
        if (!move.IsCommitted && await move.AbortAsync(why, callerGone) != Decision.Committed) { return Fail(why.Reason, why.Message); }
        log.LogError("Migration {Name}: {Message}: {Line}", Context.Migration.Metadata.Name, why.Message, why.LogLine);
        return !wasRunning && Context.Restores < TargetContext.MaximumRestores && Context.Folder.IsComplete ? GiveRestore() : ColdStart(request, why);
    }

    private LocalReply LetRun(LocalRequest request)
    {
        Context.Timeline.Mark("Committed");
        // The egress opens before the copy runs, so that its first segment is not lost; the address is told at once for the same reason.
        Context.Shield?.OpenEgress();
        Context.Shield?.Announce();
        move.Advance(TargetSignal.Proceeded);
        log.LogInformation("Migration {Name}: pid {Pid} may run", Context.Migration.Metadata.Name, request.Pid);
        return Proceed;
    }

    /// <summary>The decision as read from the API server. A source that is gone before it was made is answered by an abort, which may lose against a commit.</summary>
    private async Task<string> DecisionAsync(CancellationToken callerGone)
    {
        var decided = services.Book.WaitAsync(Context.Uid, now => now.Status.Decision != Decision.None, callerGone);
        var hinted = Context.Hinted.WaitAsync(callerGone);
        var lost = move.Stream.Ended.WaitAsync(callerGone);
        while (true)
        {
            if (move.Now.Status.Decision is { Length: > 0 } known) { return known; }
            var first = await Task.WhenAny(decided, hinted, lost, Task.Delay(DecisionPoll, services.Clock, callerGone));
            callerGone.ThrowIfCancellationRequested();
            if (first == lost && move.IsRestoredBeforeCommit)
            {
                return await move.AbortAsync(new MoveException(Reasons.SourceLost, "the source's agent was lost while the copy was held"), callerGone);
            }
            await TryReadAsync(callerGone);
            if (first == hinted) { hinted = Task.Delay(Timeout.InfiniteTimeSpan, services.Clock, callerGone); }
        }
    }

    private async Task TryReadAsync(CancellationToken cancellation)
    {
        try
        {
            await services.Decisions(log).ReadAsync(move.Now, cancellation);
        }
        catch (Exception e) when (DecisionReader.IsTransient(e))
        {
            log.LogWarning("Migration {Name} cannot be read while its copy is held: {Cause}", Context.Migration.Metadata.Name, e.Message);
        }
    }

    /// <returns>Null: the pod's files are in their place, and the container may be restored.</returns>
    private async Task<LocalReply?> GiveFilesAsync(LocalRequest request, CancellationToken callerGone)
    {
        try
        {
            var container = new NewContainer(request.ContainerName, request.Bundle, request.PodNamespace, request.PodName, request.PodUid);
            await Task.Run(() => Context.Files.GiveTo(container), callerGone);
            Context.Timeline.Mark("FilesGiven");
            return null;
        }
        catch (MoveException why)
        {
            if (!move.IsCommitted && await move.AbortAsync(why, callerGone) != Decision.Committed) { return Fail(why.Reason, why.Message); }
            log.LogError("Migration {Name}: {Message}", Context.Migration.Metadata.Name, why.Message);
            return ColdStart(request, why);
        }
    }

    private LocalReply GiveRestore()
    {
        if (!move.Advance(TargetSignal.RestoreGiven)) { return Fail(Reasons.RestoreFailed, $"the checkpoint is in use (step {Context.Step.Current})"); }
        Context.Restores++;
        var work = Context.Folder.Work($"restore-{Context.Restores}");
        PrivateFolder.Create(work);
        CriuConfiguration.Write(Context.Folder.CriuConfig, CriuConfiguration.Held(NodePaths.RuncWrapper));
        return new LocalReply { Action = LocalActions.Restore, ImagePath = Context.Folder.Images, WorkPath = work, CriuConfig = Context.Folder.CriuConfig };
    }

    private LocalReply ColdStart(LocalRequest request, MoveException why)
    {
        Context.Failure ??= why;
        services.Markers.WriteConsumed(request.PodUid, request.ContainerName);
        Context.Shield?.OpenEgress();
        Context.Shield?.Announce();
        Context.Shield?.OpenIngress();
        Context.Reply?.Invoke(new MoveReply { Failed = new Failed { Reason = why.Reason, Message = why.Message, LogLine = why.LogLine ?? "" } });
        move.Advance(TargetSignal.GivenUp);
        return new LocalReply { Action = LocalActions.Create, Reason = why.Reason, Message = why.Message };
    }

    private LocalReply Aborted() => Fail(move.Now.Status.Reason ?? Reasons.UserAborted, move.Now.Status.Message ?? "the move was aborted");

    private static LocalReply Proceed => new() { Action = LocalActions.Proceed };

    private static LocalReply Fail(string reason, string message) => new() { Action = LocalActions.Fail, Reason = reason, Message = message };

    private static CancellationTokenSource Limit(CancellationToken callerGone)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(callerGone);
        limit.CancelAfter(WaitLimit);
        return limit;
    }

    private static async Task<string> ReadLogAsync(string workPath, CancellationToken cancellation)
    {
        var path = Path.Combine(workPath, "restore.log");
        return workPath.Length > 0 && File.Exists(path) ? await File.ReadAllTextAsync(path, cancellation) : "";
    }
}
