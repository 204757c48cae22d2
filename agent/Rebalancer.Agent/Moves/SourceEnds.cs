using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>The two ends of a move on its source: the copy here runs on, or can never run again. Each step may be repeated after a crash.</summary>
internal sealed class SourceEnds(MoveServices services, SourceContext context, ILogger log)
{
    /// <summary>How much longer than its budget a freeze may last for the sake of a dump that is under way.</summary>
    private static readonly TimeSpan DumpEndLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HangUpLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TailLimit = TimeSpan.FromSeconds(60);
    /// <summary>Of a pod with persistent volumes: kubelet takes its object away itself then, when they are unmounted. By a period of 0 it would be gone before, and the volumes two nodes'.</summary>
    private const int UnmountGraceSeconds = 1;

    /// <summary>Before a commit: the pod runs again with its connections; then the abort is decided, if nobody has, and nothing is left behind.</summary>
    /// <returns>False: the pod's object was gone already, and so this copy has ended too.</returns>
    public async Task<bool> RollBackAsync(CancellationToken cancellation)
    {
        context.Throttle?.Undo();
        // Pages of a running process are none of this checkpoint any more.
        if (context.Late is { } late) { await late.DisposeAsync(); }
        if (IsOverruled())
        {
            log.LogInformation("Migration {Name}: its pod is left as it is: another move has it in hand", context.Migration.Metadata.Name);
            await EndHelpersAsync();
            context.Guard?.Done();
        }
        else
        {
            Find();
            context.IsGated |= context.Migration.Status.Owner is { Gate: true } && context.PodUid is { } kept && services.Markers.HasServing(kept);
            if (context.PodUid is { } stays) { services.Markers.DeleteReleased(stays); }
            await ThawAsync();
        }
        await GiveUpPeerAsync(cancellation);
        var reason = context.Failure?.Reason ?? Reasons.UserAborted;
        var settled = await services.Decisions(log).SettleAsync(context.Migration, () => new Wish(Decision.Aborted, reason, context.Failure?.Message), cancellation);
        if (settled?.Status.Decision == Decision.Committed)
        {
            // Only this agent writes Committed, and it never rolls back after asking for it.
            throw new InvalidOperationException($"migration {context.Migration.Metadata.Name} is committed although its source was thawed");
        }
        if (settled is not null) { context.Migration = settled; }
        services.Markers.DeleteCommit(context.Uid);
        var runsOn = !context.IsGated || !await IsOrphanedAsync(cancellation);
        if (!IsOverruled())
        {
            if (context.PodUid is { } podUid) { services.Markers.DeleteServing(podUid); }
            if (!runsOn) { await EndAsync(cancellation); }
        }
        context.Folder.Delete();
        return runsOn;
    }

    /// <summary>Once the controller has seen the abort it deletes nothing any more.</summary>
    private async Task<bool> IsOrphanedAsync(CancellationToken cancellation)
    {
        _ = await services.Book.WaitAsync(context.Uid, now => now.Status.Phase == Phases.Aborting || Phases.IsFinal(now.Status.Phase), cancellation);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), services.Random, services.Clock);
        while (true)
        {
            try
            {
                return (await services.Api.ReadPodAsync(context.Migration.Metadata.NamespaceProperty, context.Migration.Spec.PodName, cancellation))?.Metadata.Uid != context.PodUid;
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                log.LogWarning("Pod {Pod} is not looked for yet: {Cause}", context.Migration.Spec.PodName, e.Message);
            }
            await backoff.WaitAsync(cancellation);
        }
    }

    /// <summary>kubelet ends the pod as any that was deleted, now that its kills are carried out; what it leaves goes too. Only then may another one start.</summary>
    private async Task EndAsync(CancellationToken cancellation)
    {
        log.LogWarning("Migration {Name}: aborted after the pod's object had gone: it ends here, and starts cold elsewhere", context.Migration.Metadata.Name);
        var start = services.Clock.GetTimestamp();
        while (context.Cgroups.Any(each => each.Pids().Count > 0) && services.Clock.GetElapsedTime(start) < EndLimit) { await Task.Delay(EndLook, services.Clock, cancellation); }
        Fence();
        foreach (var cgroup in context.Cgroups) { _ = cgroup.KillAllAndThaw(KillLimit); }
    }

    /// <summary>The first thing after a commit: no container of the pod starts here any more, also after a reboot. Written before it, and once more where an abort has ended the pod.</summary>
    public void Fence() => services.Markers.WriteReleased(PodUid());

    /// <summary>
    /// After a commit, in this order: a marker that outlives a reboot, the object, every process while frozen, the thaw. The shield stays closed. The object stays
    /// until its replacement is ready, so that their Services are never without an endpoint; both have the same address, and only the target answers there.
    /// </summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        Find();
        var podUid = PodUid();
        Fence();
        services.Markers.DeleteServing(podUid);
        foreach (var each in context.Cgroups) { each.Arm(); }
        context.Timeline.Mark("Fenced");
        await new ReplacementReady(services, log).WaitAsync(context.Migration, cancellation);
        await DeletePodAsync(podUid, cancellation);
        context.Timeline.Mark("Deleted");
        foreach (var each in context.Containers)
        {
            while (each.Cgroup is { } cgroup && !cgroup.KillAllAndThaw(KillLimit)) { log.LogWarning("Processes of {Cgroup} are still there", each.State.CgroupPath); }
        }
        context.Guard?.Done();
    }

    /// <summary>
    /// When the outcome is written: the last held frames go to the target until it runs; then everything is given back. Volumes that the target needs are unmounted only
    /// when the sandbox has ended, which waits for this: then what was held until now has to do.
    /// </summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        if (context.Session is { Lost.IsCompleted: false } session && context.Migration.Status.Decision == Decision.Committed && !Reattaches)
        {
            try
            {
                await session.Running.WaitAsync(TailLimit, services.Clock, cancellation);
                context.Timeline.Mark("TargetRuns");
            }
            catch (Exception e) when (e is MoveException or TimeoutException)
            {
                log.LogWarning("Migration {Name}: the target did not report that the pod runs: {Cause}", context.Migration.Metadata.Name, e.Message);
            }
        }
        await context.PumpEnd.CancelAsync();
        await context.Pump;
        if (context.Session is not null)
        {
            await context.Session.CompleteAsync(HangUpLimit);
            await context.Session.DisposeAsync();
        }
        if (context.Shield is not null) { await context.Shield.DisposeAsync(); }
        if (context.Late is { } late) { await late.DisposeAsync(); }
        context.Sender?.Dispose();
        context.Files?.Dispose();
        if (context.Images is not null) { await context.Images.DisposeAsync(); }
        foreach (var each in context.Containers) { each.Dispose(); }
        context.Guard?.Dispose();
        context.PumpEnd.Dispose();
        services.Markers.DeleteCommit(context.Uid);
        context.Folder.Delete();
    }

    private bool Reattaches => context.Migration.Status.Owner?.Reattaches == true;

    private string PodUid() => context.PodUid ?? throw new InvalidOperationException($"migration {context.Migration.Metadata.Name} has no pod UID");

    /// <summary>After a restart of the agent: the containers by what the status pinned.</summary>
    public void Find()
    {
        if (context.Containers.Count == 0 && context.Migration.Status.PodUID is { } podUid)
        {
            var all = new PodContainers(services.Options.ContainerdRoot, services.Proc).Of(podUid).Where(each => each.ContainerType == "container");
            context.Containers = [.. all.Select(each => new SourceContainer(each, ContainerCgroup.TryOpen(each.CgroupPath, services.Clock)))];
        }
        if (context.Containers is not [var first, ..]) { return; }
        Attempt("find the shield", () => context.Shield ??= services.Network.Shield(services.Proc.PathOf(first.State.InitPid, "ns/net"), "eth0"));
    }

    private bool IsOverruled() => Recovery.IsOverruled(
        context.Migration, context.PodUid, context.IsTakenUp || context.FrozenAt is not null || context.IsGated, services.Book.All, services.Markers.HasCommit);

    private async Task EndHelpersAsync()
    {
        var ends = await Task.WhenAll(context.Containers.Select(each => each.EndDumpAsync(context.FrozenAt is not null, DumpEndLimit, services.Clock)));
        if (ends.Contains(false)) { log.LogWarning("Migration {Name}: a dump has not ended {Limit} s after it was given up; it was killed", context.Migration.Metadata.Name, DumpEndLimit.TotalSeconds); }
        foreach (var each in context.Containers) { Attempt("restore CRIU's configuration", () => Dump.Restore(each.State)); }
    }

    /// <summary>No dump may go on and no socket may be in repair mode when the first process of any container runs.</summary>
    private async Task ThawAsync()
    {
        await EndHelpersAsync();
        if (context.Cgroups.ToList() is { Count: > 0 } cgroups)
        {
            Attempt("take sockets out of repair mode", () => services.Network.UndoTcpRepair([.. cgroups.SelectMany(each => each.Pids())]));
            await context.PumpEnd.CancelAsync();
            await context.Pump;
            Attempt("open the shield", OpenShield);
            foreach (var each in cgroups) { each.Thaw(); }
            if (context.Frames is { } frames) { Attempt("replay held frames", () => context.Shield!.Replay(frames.TakeAll())); }
            if (context.FrozenAt is { } at) { context.Status.FreezeMs = (long)services.Clock.GetElapsedTime(at).TotalMilliseconds; }
        }
        context.Guard?.Done();
        context.Timeline.Mark("RunsAgain");
    }

    private void OpenShield()
    {
        context.Shield?.OpenEgress();
        context.Shield?.OpenIngress();
    }

    private async Task GiveUpPeerAsync(CancellationToken cancellation)
    {
        if (context.Session is not { Lost.IsCompleted: false } session) { return; }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AbortLimit);
        try
        {
            await session.SendAsync(new MoveFrame { Abort = new Abort { Reason = context.Failure?.Reason ?? Reasons.UserAborted, Message = context.Failure?.Message ?? "" } }, limit.Token);
        }
        catch (Exception e) when (e is MoveException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            log.LogDebug("The target was not told of the abort: {Cause}", e.Message);
        }
    }

    private async Task DeletePodAsync(string podUid, CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), services.Random, services.Clock);
        while (true)
        {
            try
            {
                await services.Api.DeletePodAsync(context.Migration.Metadata.NamespaceProperty, context.Migration.Spec.PodName, podUid, Reattaches ? UnmountGraceSeconds : 0, cancellation);
                return;
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                log.LogWarning("Pod {Pod} is not deleted yet: {Cause}", context.Migration.Spec.PodName, e.Message);
            }
            await backoff.WaitAsync(cancellation);
        }
    }

    private void Attempt(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is LinuxException or NetworkUnsupportedException or IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            // The next step matters more: one lost connection is less than a pod that stays frozen.
            log.LogError(e, "Migration {Name}: cannot {What}", context.Migration.Metadata.Name, what);
        }
    }
}
