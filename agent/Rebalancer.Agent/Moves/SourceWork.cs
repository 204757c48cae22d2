using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
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
    private static readonly string[] EndedPhases = ["Failed", "RolledBack", "Succeeded"];

    /// <returns>False: the Migration ended before anything was touched.</returns>
    public async Task<bool> DoAsync(SourceStep step, CancellationToken cancellation)
    {
        switch (step)
        {
            case SourceStep.Preflight: context.Facts = await services.SourcePreflight.CheckAsync(context.Migration, cancellation); return true;
            case SourceStep.AwaitFreeze: return await AwaitFreezeAsync(cancellation);
            case SourceStep.Connect: await ConnectAsync(cancellation); return true;
            case SourceStep.Freeze: await FreezeAsync(cancellation); return true;
            case SourceStep.Dump: await DumpAsync(cancellation); return true;
            case SourceStep.Send: await SendAsync(cancellation); return true;
            case SourceStep.AwaitHeld: await context.Session!.Held.WaitAsync(cancellation); return true;
            case SourceStep.Mark: services.Markers.WriteCommit(context.Uid); return true;
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

    private async Task<bool> AwaitFreezeAsync(CancellationToken cancellation)
    {
        var now = await services.Book.WaitAsync(context.Uid, each => each.Status.Phase == "Freezing" || EndedPhases.Contains(each.Status.Phase), cancellation);
        if (now is null || now.Status.Phase != "Freezing") { return false; }
        context.Migration = now;
        return true;
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        var facts = context.Facts ??= await services.SourcePreflight.CheckAsync(context.Migration, cancellation);
        if (!services.SourcePreflight.IsUnchanged(facts)) { throw new MoveException(Reasons.PodChanged, $"container {facts.Container.ContainerName} was restarted since preflight"); }
        context.Container = facts.Container;
        context.Cgroup = ContainerCgroup.TryOpen(facts.Container.CgroupPath, services.Clock)
            ?? throw new MoveException(Reasons.PodChanged, $"cgroup {facts.Container.CgroupPath} is gone");
        context.Shield = services.Network.Shield(facts.Network.NetnsPath, facts.Network.IfName);
        var (endpoint, target) = (await EndpointAsync(cancellation), context.Migration.Status.TargetNode!);
        context.Session = PeerSession.Open(services.Channels.To(endpoint, target));
        await context.Session.SendAsync(new MoveFrame { Hello = Hello(facts) }, cancellation);
        await LimitAsync(context.Session.Accepted, "accept the move", cancellation);
        Dump.Prepare(context.Folder, facts.Container);
        context.Images = await services.Channels.ImagesAsync(endpoint, target, context.Session, cancellation);
        context.Sender = new ImageSender(context.Folder.Images, context.Images);
        context.Files = new SourceFiles(context.Folder.Images, services.Proc, services.Clock);
        await context.Files.SendAheadAsync(facts.Files, [Log(facts.Container)], context.Cgroup.Pids(), context.Sender, cancellation);
        context.Timeline.Mark("FilesAhead");
        context.Guard = await Guard.StartAsync(facts, services.Markers.CommitPath(context.Uid), cancellation);
        if (!Dump.AsksBeforeDump(facts.Container)) { return; }
        context.Dump = Dump.Start(services.Options, context.Folder, facts.Container);
        var ended = context.Dump.FinishAsync(cancellation);
        if (await Task.WhenAny(context.DumpGate.Asked, ended) == ended) { await ended; }
        await context.DumpGate.Asked.WaitAsync(ConnectLimit, services.Clock, cancellation);
        context.Dump.FreezeWhenCriuEnds(context.Cgroup);
    }

    /// <summary>
    /// First what comes in, then the processes, then what goes out. The processes have a moment to answer what they were asked, and what they answered
    /// leaves: an answer that the shield caught would be repeated by the restored socket only after its initial time-out of a second. A socket with nothing
    /// to read also gives its process no reason to touch it, should CRIU die while it has the socket in repair mode.
    /// </summary>
    private async Task FreezeAsync(CancellationToken cancellation)
    {
        context.FrozenAt = services.Clock.GetTimestamp();
        var told = context.Session!.SendAsync(new MoveFrame { Freezing = new Freezing() }, cancellation);
        context.Shield!.CloseIngress();
        context.Timeline.Mark("IngressHeld");
        _ = await new ReceiveQueues(services.Proc, services.Clock).DrainAsync(context.Container!.InitPid, DrainLimit, cancellation);
        if (!context.Cgroup!.Freeze(FreezeLimit)) { throw new MoveException(Reasons.CheckpointFailed, $"container {context.Container!.ContainerName} did not freeze within {FreezeLimit.TotalSeconds} s"); }
        context.Timeline.Mark("Frozen");
        context.Shield.Close();
        context.Timeline.Mark("Shielded");
        context.DumpGate.Open(dump: true);
        context.Frames = new HeldFrames(context.Shield.Held);
        context.Pump = context.Frames.PumpAsync(context.Session.SendAsync, context.PumpEnd.Token);
        await told;
    }

    private async Task DumpAsync(CancellationToken cancellation)
    {
        context.Dump ??= Dump.Start(services.Options, context.Folder, context.Container!);
        var dumped = context.Dump.FinishAsync(cancellation);
        var written = Task.WhenAll(dumped, context.Files!.CollectAsync([.. context.Cgroup!.Pids()], dumped, cancellation));
        await context.Sender!.TailAsync(written, services.Clock, cancellation);
        await written;
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        await context.Sender!.FinishAsync(cancellation);
        context.Timeline.Mark("Sent");
        await context.Session!.ImagesStored.WaitAsync(cancellation);
    }

    private async Task<string> EndpointAsync(CancellationToken cancellation)
    {
        var name = context.Migration.Status.TargetNode ?? throw new MoveException(Reasons.TargetUnknown, "the Migration names no target node");
        var node = await services.Api.ReadNodeAsync(name, cancellation) ?? throw new MoveException(Reasons.TargetUnknown, $"node {name} does not exist");
        return node.Metadata.Annotations is { } annotations && annotations.TryGetValue(Names.AgentEndpoint, out var endpoint)
            ? endpoint : throw new MoveException(Reasons.AgentMissing, $"node {name} has no annotation {Names.AgentEndpoint}: no agent runs there");
    }

    private Hello Hello(SourceFacts facts) => new()
    {
        MigrationNamespace = context.Migration.Metadata.NamespaceProperty,
        MigrationName = context.Migration.Metadata.Name,
        MigrationUid = context.Uid,
        ContainerName = facts.Container.ContainerName,
        EstimatedBytes = facts.MemoryBytes,
        FilesBytes = facts.FilesBytes,
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
