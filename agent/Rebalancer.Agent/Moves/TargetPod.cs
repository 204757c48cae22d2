using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;

namespace Rebalancer.Agent.Moves;

/// <summary>What is done with the copies of the claimed pod: one after another prepared and parked, then all let run at once, or none.</summary>
internal sealed class TargetPod(MoveServices services, TargetMove move, ILogger log)
{
    private readonly ParkedContainers parked = new(services.Options.ContainerdRoot, services.Proc, services.Clock);
    private TargetContext Context => move.Context;

    /// <summary>Everything that one container's restore needs, made ready.</summary>
    public async Task<LocalReply> GiveAsync(LocalRequest request, CancellationToken cancellation)
    {
        if (!move.Advance(TargetSignal.RestoreGiven)) { return new LocalReply { Action = LocalActions.Fail, Reason = Kubernetes.Api.Reasons.RestoreFailed, Message = $"the checkpoint is in use (step {Context.Step.Current})" }; }
        return await PrepareAsync(request, cancellation);
    }

    /// <summary>What the restore of one container needs beside its checkpoint.</summary>
    public async Task<LocalReply> PrepareAsync(LocalRequest request, CancellationToken cancellation)
    {
        var copy = Context.Copies.Of(request.ContainerName);
        // One that kubelet gave up before: its container is gone, or about to be.
        if (copy.ContainerId.Length > 0 && copy.ContainerId != request.ContainerId) { parked.Kill(copy.ContainerId); }
        (copy.ContainerId, copy.State) = (request.ContainerId, CopyState.Missing);
        copy.Restores++;
        var work = Context.Folder.Work($"restore-{copy.Restores}", copy.Container);
        PrivateFolder.Create(work);
        var hasPages = Context.Folder.HasPages(copy.Container);
        if (hasPages) { copy.Filled = WatchAsync(copy, await PageServerProcess.StartAsync(Context.Folder.ImagesOf(copy.Container), Context.Folder.PagesOf(copy.Container), work, TargetLate.SocketOf(Context.Folder, move.Containers, copy.Container), cancellation)); }
        Context.Late?.Connect(copy.Container);
        CriuConfiguration.Write(Context.Folder.CriuConfig, hasPages ? CriuConfiguration.HeldLazy(NodePaths.CriuScript) : CriuConfiguration.Held(NodePaths.CriuScript));
        return new LocalReply { Action = LocalActions.Restore, ImagePath = Context.Folder.ImagesOf(copy.Container), WorkPath = work, CriuConfig = Context.Folder.CriuConfig };
    }

    /// <summary>A process whose page server ended too early reads zeros where its memory was: it must not go on.</summary>
    /// <returns>False: it has been ended.</returns>
    private async Task<bool> WatchAsync(TargetCopy copy, PageServerProcess server)
    {
        var exitCode = await server.WaitAsync(CancellationToken.None);
        Context.Timeline.Mark($"MemoryFilled:{copy.Container}");
        if (exitCode == 0) { return true; }
        if (copy.State is not (CopyState.Parking or CopyState.Parked or CopyState.Running))
        {
            // The hold does not let this copy run. Where the restore has failed by itself, its page server ends like this too.
            log.LogWarning("Migration {Name}: the page server of container {Container} ended with {ExitCode} before the copy was whole: {Errors}", Context.Migration.Metadata.Name, copy.Container, exitCode, server.Errors);
            return true;
        }
        log.LogCritical("Migration {Name}: the page server of container {Container} ended with {ExitCode}, its processes are killed: {Errors}", Context.Migration.Metadata.Name, copy.Container, exitCode, server.Errors);
        parked.End(copy.ContainerId);
        return false;
    }

    /// <returns>False: it is not there frozen and whole, or the move is over; what there is of it is ended.</returns>
    public bool TryPark(TargetCopy copy)
    {
        if (parked.IsIntact(copy.ContainerId))
        {
            copy.State = CopyState.Parked;
            if (move.Advance(TargetSignal.Parked)) { return true; }
        }
        parked.Kill(copy.ContainerId);
        return false;
    }

    /// <summary>Name of a container whose parked copy is not what it was; null when all are. None may be missing when the move commits.</summary>
    public string? Broken() => Context.Copies.In(CopyState.Parked).FirstOrDefault(copy => !parked.IsIntact(copy.ContainerId))?.Container;

    /// <summary>Committed was read: the last copy may go on.</summary>
    public void LetRun(string container, int pid)
    {
        Context.Timeline.Mark("Committed");
        // The egress opens before the copy runs, so that its first segment is not lost; the address is told at once for the same reason.
        Context.Shield?.OpenEgress();
        Context.Shield?.Announce();
        Context.Copies.Of(container).State = CopyState.Running;
        move.Advance(TargetSignal.Proceeded);
        log.LogInformation("Migration {Name}: container {Container}, pid {Pid}, may run", Context.Migration.Metadata.Name, container, pid);
    }

    /// <summary>The last copy runs: all others are let run, then what was held for the pod comes in.</summary>
    public void Open()
    {
        foreach (var copy in Context.Copies.In(CopyState.Parked))
        {
            services.Markers.WriteConsumed(Context.Sandbox!.PodUid, copy.Container);
            copy.State = CopyState.Running;
            parked.Thaw(copy.ContainerId);
        }
        if (Context.Shield is { } shield) { Context.Frames.OpenTo(shield); }
        if (Context.FrozenAt is { } at) { Context.FreezeMs = (long)services.Clock.GetElapsedTime(at).TotalMilliseconds; }
        Context.Reply?.Invoke(new MoveReply { Running = new Running { FramesReplayed = Context.Frames.Replayed } });
        move.Advance(Context.Copies.In(CopyState.Cold).Count > 0 ? TargetSignal.GivenUp : TargetSignal.Resumed);
    }

    /// <summary>After a commit, when a container cannot be restored: it starts from its image. The pod's network opens when every other container is there.</summary>
    public LocalReply ColdStart(LocalRequest request, MoveException why)
    {
        Context.Failure ??= why;
        var copy = Context.Copies.Of(request.ContainerName);
        (copy.ContainerId, copy.State) = (request.ContainerId, CopyState.Cold);
        services.Markers.WriteConsumed(request.PodUid, request.ContainerName);
        Context.Reply?.Invoke(new MoveReply { Failed = new Failed { Reason = why.Reason, Message = why.Message, LogLine = why.LogLine ?? "" } });
        if (Context.Copies.IsLast(request.ContainerName, move.Containers) || !Context.Folder.IsComplete)
        {
            Context.Shield?.OpenEgress();
            Context.Shield?.Announce();
            Open();
        }
        return new LocalReply { Action = LocalActions.Create, Reason = why.Reason, Message = why.Message };
    }

    /// <summary>Takes up what an earlier agent left: parked copies stay parked, and where the last was let run already all are let run.</summary>
    public void TakeUp(string podUid)
    {
        foreach (var state in parked.Of(podUid))
        {
            var copy = Context.Copies.Of(state.ContainerName);
            (copy.ContainerId, copy.State) = (state.Id, CopyState.Parked);
        }
        if (!move.IsCommitted || Context.Step.Current != TargetStep.Stored) { return; }
        var living = new PodContainers(services.Options.ContainerdRoot, services.Proc).Of(podUid)
            .Where(each => each.ContainerType == "container" && services.Markers.HasConsumed(podUid, each.ContainerName) && IsRestored(each.Id)).ToList();
        if (living.Count == 0 && HasRun(podUid))
        {
            move.GiveUp(new MoveException(Kubernetes.Api.Reasons.RestoreFailed, "the copy was let run by an earlier agent, and has ended since"));
            return;
        }
        foreach (var state in living)
        {
            var copy = Context.Copies.Of(state.ContainerName);
            (copy.ContainerId, copy.State) = (state.Id, CopyState.Running);
        }
        if (Context.Copies.In(CopyState.Running) is not [var running, ..] || !Context.Copies.IsLast(running.Container, move.Containers)) { return; }
        log.LogInformation("Migration {Name}: the copy was let run by an earlier agent", Context.Migration.Metadata.Name);
        Context.Sandbox ??= new Sandbox(podUid, "", services.Proc.PathOf(living[0].InitPid, "ns/net"), "");
        Context.Shield ??= services.Network.Shield(Context.Sandbox.NetNs, "eth0");
        Context.Shield.OpenEgress();
        Context.Shield.Announce();
        Open();
    }

    /// <summary>A reboot takes the checkpoint and the wrapper's note along: what runs after it was started from its image.</summary>
    private bool IsRestored(string containerId) => Context.Folder.IsComplete || TargetTakeOver.HasReturned(containerId);

    /// <summary>Nobody will ask for the checkpoint: kubelet starts the pod's containers as any others.</summary>
    private bool HasRun(string podUid) => Context.Folder.IsComplete ? move.Containers.All(name => services.Markers.HasConsumed(podUid, name)) : services.Markers.HasConsumed(podUid);

    /// <summary>Aborted: no copy may run.</summary>
    public void Kill(string? podUid)
    {
        foreach (var copy in Context.Copies.Made()) { parked.Kill(copy.ContainerId); }
        foreach (var state in parked.Of(podUid ?? "")) { parked.Kill(state.Id); }
    }
}
