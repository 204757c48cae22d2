using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Answers the runtime wrapper and CRIU's script about the claimed pod. The callers' token ends when they hang up.</summary>
internal sealed class TargetCallers(MoveServices services, TargetMove move, ILogger log)
{
    /// <summary>Longest wait for the source; kubelet gives a sandbox 4 minutes and a container 2.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(85);
    private const string IfName = "eth0";
    private static readonly TimeSpan JobPoll = TimeSpan.FromMilliseconds(500);
    private readonly TargetDecision decision = new(services, move, log);
    private TargetContext Context => move.Context;
    private TargetPod Pod => move.Pod;

    /// <summary>The pause container's create: network and namespaces are made, nothing has been reported yet. Waits until the source is about to freeze, but for init containers.</summary>
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
            if (await InitContainersAsync(request, limit.Token) is { Count: > 0 } inits)
            {
                // kubelet takes up to a second for each of them: that must be over when the source freezes. The first container that moves is waited in then.
                log.LogInformation("Pod {Pod}: the sandbox goes on before the freeze, for init containers {Names}", request.PodName, string.Join(", ", inits));
                return move.IsAborted ? Aborted() : Proceed;
            }
            var decided = services.Book.WaitAsync(Context.Uid, now => now.Status.Decision != Decision.None, limit.Token);
            await await Task.WhenAny(Context.Arming.WaitAsync(limit.Token), decided);
            return move.IsAborted ? Aborted() : Proceed;
        }
        catch (OperationCanceledException)
        {
            move.Advance(TargetSignal.SandboxLost);
            return Fail(Reasons.PhaseTimeout, $"the source of pod {request.PodNamespace}/{request.PodName} did not come to its freeze within {WaitLimit.TotalSeconds} s");
        }
    }

    /// <summary>A container's create: waits for the images.</summary>
    public async Task<LocalReply> ContainerAsync(LocalRequest request, CancellationToken callerGone) => await KeptBackAsync(await CreateAsync(request, callerGone), request, callerGone);

    private async Task<LocalReply> CreateAsync(LocalRequest request, CancellationToken callerGone)
    {
        KnowSandbox(request);
        if (!move.Containers.Contains(request.ContainerName)) { return await OtherAsync(request, callerGone); }
        try
        {
            using var limit = Limit(callerGone);
            var stored = Context.Step.WaitAsync(step => step >= TargetStep.Stored, limit.Token);
            var decided = services.Book.WaitAsync(Context.Uid, now => now.Status.Decision != Decision.None, limit.Token);
            await await Task.WhenAny(Context.Armed.WaitAsync(limit.Token), stored, decided);
            if (await move.Ahead.TryStartAsync(request, limit.Token) is { } ahead) { return ahead; }
            await await Task.WhenAny(stored, decided);
        }
        catch (OperationCanceledException)
        {
            return Late(request);
        }
        if (move.IsAborted) { return Aborted(); }
        if (Context.Step.Current == TargetStep.Stored && Context.Folder.IsComplete) { return await GiveFilesAsync(request, callerGone) ?? await Pod.GiveAsync(request, callerGone); }
        if (!move.IsCommitted) { return Fail(Reasons.RestoreFailed, $"container {request.ContainerName} cannot be restored while another restore of its pod is under way (step {Context.Step.Current})"); }
        return Pod.ColdStart(request, Context.Step.Current == TargetStep.Resumed ? TargetTakeOver.Lost(request.ContainerName)
            : new MoveException(Reasons.RestoreFailed, $"no complete checkpoint is left on this node (step {Context.Step.Current})"));
    }

    /// <summary>
    /// CRIU's post-restore: the copy is complete and none of its code has run. While others of the pod are to be restored it is parked; the last one is
    /// answered with the decision, as read.
    /// </summary>
    public async Task<LocalReply> HoldAsync(LocalRequest request, CancellationToken callerGone)
    {
        var container = MoveFolder.OwnerOf(request.ImagePath)!.Value.Container;
        if (Context.Step.Current != TargetStep.Restoring) { return Fail(Reasons.RestoreFailed, $"container {container} is not to be held in step {Context.Step.Current}"); }
        if (move.IsAborted) { return Aborted(); }
        if (!IsInPodNetwork(request.Pid)) { return Fail(Reasons.RestoreFailed, $"the copy of container {container} is not in its pod's network"); }
        if (!Context.Copies.IsLast(container, move.Containers))
        {
            Context.Copies.Of(container).State = CopyState.Parking;
            return new LocalReply { Action = LocalActions.Park };
        }
        // It hears from CRIU only after the hold that the restore is finished: until then it cannot have ended well.
        if (Context.Folder.HasPages(container) && Context.Copies.Of(container).Filled.IsCompleted) { return Fail(Reasons.RestoreFailed, $"the page server of container {container} ended while the container was restored"); }
        if (Pod.Broken() is { } broken) { return Fail(Reasons.RestoreFailed, $"the copy of container {broken} has ended while container {container} was restored"); }
        if (!move.Advance(TargetSignal.HoldAsked)) { return Fail(Reasons.RestoreFailed, $"nothing is to be held in step {Context.Step.Current}"); }
        if (Context.Sandbox is { } sandbox && Hostname.Set(request.Pid, sandbox.Hostname) is var errno and not 0)
        {
            log.LogWarning("Host name of pod {Pod} stays the source's: errno {Errno}", sandbox.PodName, errno);
        }
        Context.Reply?.Invoke(new MoveReply { Held = new Held() });
        if (await decision.AwaitAsync(callerGone) != Decision.Committed) { return Aborted(); }
        Pod.LetRun(container, request.Pid);
        return Proceed;
    }

    /// <summary>CRIU's post-resume: the last copy runs; the parked ones are let run too, and the network may be opened.</summary>
    public LocalReply Resumed()
    {
        if (Context.Step.Current == TargetStep.Resuming) { Pod.Open(); }
        return Proceed;
    }

    /// <summary>runc restore has ended.</summary>
    public async Task<LocalReply> RestoreDoneAsync(LocalRequest request, CancellationToken callerGone) => await KeptBackAsync(await EndRestoreAsync(request, callerGone), request, callerGone);

    private async Task<LocalReply> EndRestoreAsync(LocalRequest request, CancellationToken callerGone)
    {
        KnowSandbox(request);
        var copy = Context.Copies.Of(request.ContainerName);
        if (request.ExitCode == 0)
        {
            if (copy.State != CopyState.Parking)
            {
                // It came through the hold, so it was let run, by an earlier agent where we know nothing of it; a lost `resumed` is made up for here.
                if (Context.Step.Current == TargetStep.Stored) { Pod.TakeUp(request.PodUid); }
                Resumed();
                return Proceed;
            }
            if (Pod.TryPark(copy)) { return new LocalReply { Action = LocalActions.Park }; }
        }
        // A copy that dies because the move was aborted is no failed restore.
        if (move.IsAborted) { return Aborted(); }
        if (move.Ahead.TryEnd(request.ContainerId, out var isLate)) { return isLate ? Late(request) : await CreateAsync(request, callerGone); }
        var cause = CriuCauses.Find(await ReadLogAsync(request.WorkPath, callerGone), Reasons.RestoreFailed);
        var why = new MoveException(cause.Reason, $"restore of container {request.ContainerName} failed (runc exit code {request.ExitCode}): {cause.Hint}", cause.LogLine);
        var wasRunning = TargetMachine.Runs(Context.Step.Current);
        copy.State = CopyState.Missing;
        move.Advance(TargetSignal.RestoreFailed);
        if (!move.IsCommitted && await move.AbortAsync(why, callerGone) != Decision.Committed) { return Fail(why.Reason, why.Message); }
        log.LogError("Migration {Name}: {Message}: {Line}", Context.Migration.Metadata.Name, why.Message, why.LogLine);
        return !wasRunning && copy.Restores < TargetContext.MaximumRestores && Context.Folder.IsComplete ? await Pod.GiveAsync(request, callerGone) : Pod.ColdStart(request, why);
    }

    /// <summary>
    /// A pod of a Job whose container cannot be made has failed, and the Job counts that, though its real pod goes on at the source. So it is told only when the pod is taken away, as it
    /// is once the source's has its labels again.
    /// </summary>
    private async Task<LocalReply> KeptBackAsync(LocalReply reply, LocalRequest request, CancellationToken callerGone)
    {
        if (reply.Action != LocalActions.Fail || !move.IsAborted || move.Now.Status.Owner?.Kind != OwnerKinds.Job) { return reply; }
        using var limit = Limit(callerGone);
        try
        {
            while (await IsThereAsync(request, limit.Token)) { await Task.Delay(JobPoll, services.Clock, limit.Token); }
        }
        catch (OperationCanceledException)
        {
            // Later than this kubelet gives up by itself.
        }
        return reply;
    }

    private async Task<bool> IsThereAsync(LocalRequest request, CancellationToken cancellation)
    {
        try
        {
            return await services.Api.ReadPodAsync(request.PodNamespace, request.PodName, cancellation) is { Metadata: { DeletionTimestamp: null } meta } && meta.Uid == request.PodUid;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && DecisionReader.IsTransient(e))
        {
            log.LogWarning("Pod {Pod} cannot be read after its move was given up: {Cause}", request.PodName, e.Message);
            return true;
        }
    }

    /// <summary>A restarted agent learns of the pod's sandbox, whose network it has to open, from whoever asks first.</summary>
    private void KnowSandbox(LocalRequest request)
    {
        Context.Sandbox ??= new Sandbox(request.PodUid, request.PodName, request.NetNs, request.PodName);
        Context.Shield ??= services.Network.Shield(Context.Sandbox.NetNs, IfName);
    }

    /// <summary>A copy elsewhere would take the pod's address on that network, with sockets of connections that are not there.</summary>
    private bool IsInPodNetwork(int pid)
    {
        try
        {
            return pid > 0 && Context.Sandbox is { } sandbox && services.Proc.Namespace(pid, "net") == NetNamespace.Identity(sandbox.NetNs);
        }
        catch (LinuxException e)
        {
            log.LogWarning("The network of pod {Pod} is gone: {Cause}", Context.Sandbox?.PodName, e.Message);
            return false;
        }
    }

    /// <returns>Null: the pod's files are in their place, and the container may be restored.</returns>
    private async Task<LocalReply?> GiveFilesAsync(LocalRequest request, CancellationToken callerGone)
    {
        try
        {
            await Task.Run(() => Context.Files.GiveTo(NewContainer.Of(request)), callerGone);
            Context.Timeline.Mark("FilesGiven");
            return null;
        }
        catch (MoveException why)
        {
            if (!move.IsCommitted && await move.AbortAsync(why, callerGone) != Decision.Committed) { return Fail(why.Reason, why.Message); }
            log.LogError("Migration {Name}: {Message}", Context.Migration.Metadata.Name, why.Message);
            return Pod.ColdStart(request, why);
        }
    }

    /// <summary>A container that does not move: an init container that the source has done with, or one that nobody knows.</summary>
    private async Task<LocalReply> OtherAsync(LocalRequest request, CancellationToken callerGone)
    {
        if (move.IsAborted) { return Aborted(); }
        return (await InitContainersAsync(request, callerGone)).Contains(request.ContainerName)
            ? new LocalReply { Action = LocalActions.Skip }
            : Fail(Reasons.PodChanged, $"container {request.ContainerName} of pod {request.PodNamespace}/{request.PodName} is none of those that move ({string.Join(", ", move.Containers)})");
    }

    /// <summary>Names of the pod's init containers that run once.</summary>
    private async Task<IReadOnlyList<string>> InitContainersAsync(LocalRequest request, CancellationToken cancellation)
    {
        var pod = await services.Api.ReadPodAsync(request.PodNamespace, request.PodName, cancellation);
        return [.. (pod?.Spec.InitContainers ?? []).Where(init => init.RestartPolicy != "Always").Select(init => init.Name)];
    }

    private static LocalReply Late(LocalRequest request) => Fail(Reasons.PhaseTimeout, $"no checkpoint for container {request.ContainerName} of pod {request.PodName} came within {WaitLimit.TotalSeconds} s");

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
