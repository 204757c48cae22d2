using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>The work of each step on the way to the commit.</summary>
internal sealed class SourceWork(MoveServices services, SourceContext context, ILogger log)
{
    private static readonly TimeSpan FreezeLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    /// <summary>Below what the controller grants a freeze beyond its budget; a target that takes longer, for an image that it lacks, is no target yet.</summary>
    private static readonly TimeSpan WarmLimit = TimeSpan.FromSeconds(25);
    private readonly PreCopy copy = new(services, context, log);

    /// <returns>False: the Migration ended before anything was touched.</returns>
    public async Task<bool> DoAsync(SourceStep step, CancellationToken cancellation)
    {
        try
        {
            return await WorkAsync(step, cancellation);
        }
        catch
        {
            await copy.EndAsync();
            throw;
        }
    }

    private async Task<bool> WorkAsync(SourceStep step, CancellationToken cancellation)
    {
        switch (step)
        {
            case SourceStep.Preflight: context.Facts = await services.SourcePreflight.CheckAsync(context.Migration, cancellation); return true;
            case SourceStep.AwaitCopy: return await AwaitPhaseAsync(Phases.PreCopying, cancellation);
            case SourceStep.Connect: await ConnectAsync(cancellation); return true;
            case SourceStep.PreCopy:
                context.Images!.Pace = services.Pace.Part(() => services.Book.Find(context.Uid)?.Status.CopyBytesPerSecond ?? 0);
                await SendFilesAsync(cancellation);
                await CopyAsync(cancellation);
                return true;
            case SourceStep.Follow:
                // A late watch brings the abort and its end at once: what has been begun here is to be undone all the same.
                return await copy.FollowAsync(AwaitFreezeAsync(cancellation), isLast: false, cancellation) ? true : throw new AbortedException();
            case SourceStep.Arm: await ArmAsync(cancellation); return true;
            case SourceStep.Freeze: await FreezeAsync(cancellation); return true;
            case SourceStep.Dump: await DumpAsync(cancellation); return true;
            case SourceStep.Send: await SendAsync(cancellation); return true;
            case SourceStep.AwaitHeld:
                await context.Session!.Held.WaitAsync(cancellation);
                if (!context.IsPostCopy) { await context.FilledAsync(cancellation); }
                return true;
            case SourceStep.Mark:
                if (context.IsPostCopy) { services.Markers.WriteServing(context.Facts!.Containers[0].PodUid); }
                services.Markers.WriteReleased(context.Facts!.Containers[0].PodUid);
                services.Markers.WriteCommit(context.Uid);
                return true;
            default: throw new InvalidOperationException($"step {step} has no work before the commit");
        }
    }

    /// <summary>Asks for the commit and stays until the outcome is read, whatever that takes.</summary>
    /// <param name="isOutOfTime">Once true, the wish turns into an abort: the budget is over, and only the decision can free the pod.</param>
    /// <returns>True: committed.</returns>
    public async Task<bool> CommitAsync(Func<bool> isOutOfTime, CancellationToken cancellation)
    {
        var settled = await services.Decisions(log).SettleAsync(context.Migration, Wish, cancellation);
        if (settled is null)
        {
            // Nobody can have read Committed from an object that is gone; the finalizer keeps it while a move is under way.
            log.LogError("Migration {Name} was deleted by force during its commit", context.Migration.Metadata.Name);
            context.Failure ??= new MoveException(Reasons.SourceLost, "the Migration was deleted by force during its commit");
            return false;
        }
        context.Migration = settled;
        if (settled.Status.Decision != Decision.Committed) { return false; }
        context.Status.FreezeMs = context.FrozenAt is { } at ? (long)services.Clock.GetElapsedTime(at).TotalMilliseconds : null;
        await TellAsync(new MoveFrame { Committed = new Committed() }, cancellation);
        return true;

        Wish Wish()
        {
            if (context.Session is { Lost.IsCompleted: false } && !isOutOfTime()) { return new(Decision.Committed, null, null); }
            context.Failure ??= new MoveException(context.Session is null ? Reasons.AgentRestarted : Reasons.PeerUnreachable, "the commit was not answered in time");
            return new(Decision.Aborted, context.Failure.Reason, context.Failure.Message);
        }
    }

    /// <summary>Of a pod that keeps its name the object must go first, and kubelet must not take the processes with it.</summary>
    private async Task<bool> AwaitFreezeAsync(CancellationToken cancellation)
    {
        var now = await services.Book.WaitAsync(context.Uid, each => each.Status.Owner?.Gate == true || each.Status.Phase == Phases.Freezing || Phases.IsFinal(each.Status.Phase), cancellation);
        if (now is { Status: { Owner.Gate: true, Decision: Decision.None } })
        {
            services.Markers.WriteServing(context.Facts!.Containers[0].PodUid);
            // A kill that came before is carried out: there is nothing to keep the name for.
            if (context.Cgroups.Any(each => each.Pids().Count == 0)) { throw new MoveException(Reasons.PodChanged, $"the processes of pod {context.Migration.Spec.PodName} ended before its object could go"); }
            context.IsGated = true;
            context.Timeline.Mark("Gated");
            context.Publish();
        }
        return await AwaitPhaseAsync(Phases.Freezing, cancellation);
    }

    private async Task<bool> AwaitPhaseAsync(string phase, CancellationToken cancellation)
    {
        var now = await services.Book.WaitAsync(context.Uid, each => each.Status.Phase == phase || Phases.IsFinal(each.Status.Phase), cancellation);
        if (now is null || now.Status.Phase != phase) { return false; }
        context.Migration = now;
        return true;
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        var facts = context.Facts ??= await services.SourcePreflight.CheckAsync(context.Migration, cancellation);
        if (services.SourcePreflight.Changed(facts) is { } changed) { throw new MoveException(Reasons.PodChanged, $"container {changed.ContainerName} was restarted since preflight"); }
        context.Containers = [.. facts.Containers.Select(Open)];
        context.Shield = services.Network.Shield(facts.Network.NetnsPath, facts.Network.IfName);
        var (endpoint, target) = (await TargetEndpoint.FindAsync(services, context.Migration, cancellation), context.Migration.Status.TargetNode!);
        context.Session = PeerSession.Open(services.Channels.To(endpoint, target));
        await context.Session.SendAsync(new MoveFrame { Hello = Hello(facts) }, cancellation);
        await LimitAsync(context.Session.Accepted, "accept the move", cancellation);
        var accepted = await context.Session.Accepted;
        foreach (var each in context.Containers) { each.IsDumpedInPodNetwork = accepted.PodNetwork; }
        context.Folder.Create(facts.Containers.Select(each => each.ContainerName));
        context.Images = await services.Channels.ImagesAsync(endpoint, target, context.Session, cancellation);
        if (services.Options.CanCompress && accepted.Codecs.Contains(PackedData.Codec)) { context.Images.Packer = new RecordPacker(services.Clock); }
        context.Sender = new ImageSender(context.Folder.Images, context.Images);
        context.Files = new SourceFiles(context.Folder.FileImages, services.Proc, services.Clock);
    }

    private async Task SendFilesAsync(CancellationToken cancellation)
    {
        var facts = context.Facts!;
        var logs = facts.Containers.Select(each => new ContainerLog(each.ContainerName, KubeletPaths.ContainerLogs(context.Migration.Metadata.NamespaceProperty, context.Migration.Spec.PodName, context.Migration.Status.PodUID!, each.ContainerName)));
        await context.Files!.SendAheadAsync(facts.Files, [.. logs], context.Cgroups.SelectMany(each => each.Pids()), context.Sender!, cancellation);
        context.Timeline.Mark("FilesAhead");
    }

    private async Task CopyAsync(CancellationToken cancellation)
    {
        var isTracked = await copy.BeginAsync(cancellation);
        if (services.Book.Find(context.Uid) is { IsHeld: true })
        {
            if (!isTracked) { throw new MoveException(Reasons.StrategyUnsupported, $"the memory cannot be sent ahead of a notice: {context.Status.StrategyReason}"); }
            await copy.HoldAsync(cancellation);
            await context.Files!.SendAgainAsync(context.Cgroups.SelectMany(each => each.Pids()), context.Sender!, cancellation);
            context.Timeline.Mark("FilesAgain");
        }
        if (isTracked) { await copy.RunAsync(cancellation); }
    }

    /// <summary>Everything that can be started before the freeze is, while the memory follows.</summary>
    private async Task ArmAsync(CancellationToken cancellation)
    {
        var facts = context.Facts!;
        if (services.SourcePreflight.Changed(facts) is { } changed) { throw new MoveException(Reasons.PodChanged, $"container {changed.ContainerName} was restarted since preflight"); }
        // From here on everybody waits for what is left.
        context.Images!.Pace = null;
        await context.Session!.SendAsync(new MoveFrame { Arming = new Arming() }, cancellation);
        var armed = ArmedAsync(facts, cancellation);
        _ = context.IsPostCopy ? await armed : await copy.FollowAsync(armed, isLast: true, cancellation);
    }

    /// <summary>Nobody is frozen before the target only waits for the checkpoint: a kubelet that makes a sandbox, or pulls an image, has the pod running meanwhile.</summary>
    private async Task<bool> ArmedAsync(SourceFacts facts, CancellationToken cancellation)
    {
        await StartHelpersAsync(facts, cancellation);
        context.Timeline.Mark("Armed");
        await context.Session!.SendAsync(new MoveFrame { Armed = Descriptors() }, cancellation);
        // A bare pod's sandbox is made after the commit.
        if (!context.IsRestoredBeforeCommit) { return true; }
        try
        {
            await context.Session!.Warm.WaitAsync(WarmLimit, services.Clock, cancellation);
        }
        catch (TimeoutException)
        {
            throw new MoveException(Reasons.TargetUnready, $"node {context.Migration.Status.TargetNode} was not ready to restore a container of the pod within {WarmLimit.TotalSeconds} s: kubelet had not made it yet, or CRIU did not start");
        }
        context.Timeline.Mark("TargetWarm");
        return true;
    }

    private Armed Descriptors()
    {
        var armed = new Armed();
        foreach (var each in context.Containers)
        {
            var path = Path.Combine(context.Folder.ImagesOf(each.Name), AheadRestore.DescriptorsImage);
            if (each.IsDumpWaiting && File.Exists(path)) { armed.Descriptors.Add(new Descriptors { Container = each.Name, Json = ByteString.CopyFrom(File.ReadAllBytes(path)) }); }
        }
        return armed;
    }

    private async Task StartHelpersAsync(SourceFacts facts, CancellationToken cancellation)
    {
        context.Guard = await Guard.StartAsync(facts, services.Markers.CommitPath(context.Uid), cancellation);
        await Task.WhenAll(context.Containers.Select(each => each.StartDumpAsync(services.Options, context.Folder, new WatchPaths(services.Proc), ConnectLimit, services.Clock, cancellation)));
    }

    private SourceContainer Open(RuncState state) => new(state, ContainerCgroup.TryOpen(state.CgroupPath, services.Clock)
        ?? throw new MoveException(Reasons.PodChanged, $"cgroup {state.CgroupPath} of container {state.ContainerName} is gone"));

    /// <summary>
    /// First what comes in, then the processes, then what goes out. The processes have a moment to answer what they were asked, and what they answered
    /// leaves: an answer that the shield caught would be repeated by the restored socket only after its initial time-out of a second. A process that waits for
    /// the next request also has no reason to touch a socket, should CRIU die while it has that in repair mode.
    /// </summary>
    private async Task FreezeAsync(CancellationToken cancellation)
    {
        context.FrozenAt = services.Clock.GetTimestamp();
        context.Images!.Packer?.IsFrozen = true;
        var told = context.Session!.SendAsync(new MoveFrame { Freezing = new Freezing() }, cancellation);
        context.Shield!.CloseIngress();
        context.Timeline.Mark("IngressHeld");
        // Before the freeze: processes that are out of quota would stop only with the next period, and CRIU dumps the quotas of their cgroup too.
        context.Throttle?.Undo();
        _ = await new ReceiveQueues(services.Proc, services.Clock).DrainAsync(context.Cgroups.SelectMany(each => each.Pids()), DrainLimit, cancellation);
        await new PodFreeze(services.Proc, services.Clock).RunAsync([.. context.Cgroups], context.Facts!.Names, FreezeLimit, cancellation);
        context.Timeline.Mark("Frozen");
        context.Shield.Close();
        context.Timeline.Mark("Shielded");
        foreach (var each in context.Containers) { each.FinishMemory(context.Folder); }
        context.Timeline.Mark("Scanned");
        context.Frames = new HeldFrames(context.Shield.Held);
        context.Pump = context.Frames.PumpAsync(context.SendAsync, context.PumpEnd.Token);
        await told;
    }

    private async Task DumpAsync(CancellationToken cancellation)
    {
        var takesLatePages = (await context.Session!.Accepted).LatePages;
        var dumped = AllAsync([.. context.Containers.Select(each => each.DumpAsync(services.Options, context.Folder, context.Guard!.Pid, services.Clock, cancellation))]);
        var written = AllAsync([dumped, context.Files!.CollectAsync([.. context.Cgroups.SelectMany(each => each.Pids())], dumped, cancellation)]);
        string[] carriedByCriu = [.. context.Containers.Where(each => each.Memory is null).Select(each => each.Name)];
        var processes = Task.WhenAll(context.Containers.Where(each => each.Memory is not null).Select(each => each.ProcessesDumpedAsync(services.Clock, cancellation)));
        foreach (var each in context.Containers) { await (each.Memory?.SendLastAsync(context.Images!, () => takesLatePages && processes.IsCompleted, cancellation) ?? Task.CompletedTask); }
        context.Timeline.Mark("LastPagesSent");
        await context.Sender!.TailAsync(processes, carriedByCriu, services.Clock, cancellation);
        await processes;
        // What CRIU still writes, of namespaces and mounts, has nothing to do with memory.
        foreach (var each in context.Containers) { await (each.Memory?.CompleteAsync(context.Folder.ImagesOf(each.Name), context.Images!, takesLatePages, cancellation) ?? Task.CompletedTask); }
        context.Timeline.Mark("MemoryCompleted");
        await context.Sender.TailAsync(written, carriedByCriu, services.Clock, cancellation);
        await written;
        context.Timeline.Mark("Dumped");
    }

    /// <summary>Fails with the first that fails, while the others may still go on.</summary>
    private static async Task AllAsync(List<Task> tasks)
    {
        while (tasks.Count > 0)
        {
            var done = await Task.WhenAny(tasks);
            tasks.Remove(done);
            await done;
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        IReadOnlyList<LateProcess> late = [.. context.Containers.SelectMany(each => each.Memory?.Late ?? [])];
        foreach (var each in late) { await context.Images!.AnnounceAsync(each.Name.ToString(), each.Left.Ranges(), cancellation); }
        await context.Sender!.FinishAsync(cancellation);
        context.Timeline.Mark("Sent");
        if (late.Count > 0)
        {
            context.Late = new LateSender(context.Images!, late, context.Session!.Wants);
            context.Late.Start();
        }
        await context.Session!.ImagesStored.WaitAsync(cancellation);
        // CRIU may not be at work on the processes any more when only the decision can end the freeze.
        foreach (var each in context.Containers) { await each.DumpEndedAsync(cancellation); }
        // The copy of a bare pod is made when the source may be gone.
        if (!context.IsRestoredBeforeCommit) { await context.FilledAsync(cancellation); }
    }

    private Hello Hello(SourceFacts facts) => new()
    {
        MigrationNamespace = context.Migration.Metadata.NamespaceProperty,
        MigrationName = context.Migration.Metadata.Name,
        MigrationUid = context.Uid,
        ContainerName = facts.Containers[0].ContainerName,
        EstimatedBytes = facts.MemoryBytes,
        FilesBytes = facts.FilesBytes,
        LargestMappingBytes = facts.Mapped.LargestBytes,
        MappedBytes = facts.Mapped.AllBytes,
        Address = facts.Network.AddressCidr,
        Mac = facts.Network.Mac,
    };

    private ContainerLog Log(RuncState container) => new(
        container.ContainerName, KubeletPaths.ContainerLogs(context.Migration.Metadata.NamespaceProperty, context.Migration.Spec.PodName, container.PodUid, container.ContainerName));

    private async Task LimitAsync(Task waited, string what, CancellationToken cancellation)
    {
        try
        {
            await waited.WaitAsync(ConnectLimit, services.Clock, cancellation);
        }
        catch (TimeoutException)
        {
            throw new MoveException(Reasons.PeerUnreachable, $"the agent of node {context.Migration.Status.TargetNode} did not {what} within {ConnectLimit.TotalSeconds} s");
        }
    }

    private async Task TellAsync(MoveFrame frame, CancellationToken cancellation)
    {
        try
        {
            if (context.Session is { } session) { await session.SendAsync(frame, cancellation); }
        }
        catch (MoveException e)
        {
            log.LogWarning("Migration {Name}: the target was not told: {Cause}", context.Migration.Metadata.Name, e.Message);
        }
    }
}
