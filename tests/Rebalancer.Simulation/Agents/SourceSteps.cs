using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;

namespace Rebalancer.Simulation.Agents;

/// <summary>The work of each step on the source, in the order of SourceWork and SourceEnds, done to the simulation's pod, disk and link.</summary>
internal sealed class SourceSteps(World world, SimulatedAgent agent, SourceSession session)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WarmLimit = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan TailLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private Simulator Simulator => world.Simulator;
    private NodeDisk Disk => agent.Node.Disk;
    private MoveServices Services => agent.Services;

    /// <summary>What preflight found; null in an agent that was restarted since.</summary>
    public PodCopy? Facts { get; private set; }

    public async Task<bool> DoAsync(SourceStep step, CancellationToken cancellation)
    {
        switch (step)
        {
            case SourceStep.Preflight: await CheckAsync(cancellation); return true;
            case SourceStep.AwaitCopy: return await AwaitPhaseAsync(Phases.PreCopying, cancellation);
            case SourceStep.Connect: await ConnectAsync(cancellation); return true;
            case SourceStep.PreCopy: await WorkAsync(100, 3000, cancellation); return true;
            case SourceStep.Follow: return await AwaitFreezeAsync(cancellation) ? true : throw new AbortedException();
            case SourceStep.Arm: await ArmAsync(cancellation); return true;
            case SourceStep.Freeze: await FreezeAsync(cancellation); return true;
            case SourceStep.Dump: await WorkAsync(10, 200, cancellation); return true;
            case SourceStep.Send: await SendAsync(cancellation); return true;
            case SourceStep.AwaitHeld: await session.Link!.Held.Task.WaitAsync(cancellation); return true;
            case SourceStep.Mark:
                await WorkAsync(0.5, 5, cancellation);
                Disk.Released.Add(session.PodUid);
                Disk.Commit.Add(session.Uid);
                return true;
            default: throw new InvalidOperationException($"step {step} has no work before the commit");
        }
    }

    public async Task<bool> CommitAsync(Func<bool> isOutOfTime)
    {
        var settled = await Services.Decisions(NullLogger.Instance).SettleAsync(session.Migration, Wish, CancellationToken.None);
        if (settled is null)
        {
            session.Failure ??= new MoveException(Reasons.SourceLost, "the Migration was deleted by force during its commit");
            return false;
        }

        session.Migration = settled;
        if (settled.Status.Decision != Decision.Committed)
        {
            return false;
        }

        session.Link?.Send(target => target.Hint());
        return true;

        Wish Wish()
        {
            if (session.Link is { Lost.Task.IsCompleted: false } && !isOutOfTime())
            {
                return new(Decision.Committed, null, null);
            }

            session.Failure ??= new MoveException(session.Link is null ? Reasons.AgentRestarted : Reasons.PeerUnreachable, "the commit was not answered in time");
            return new(Decision.Aborted, session.Failure.Reason, session.Failure.Message);
        }
    }

    public SourceSignal Fence()
    {
        Disk.Released.Add(session.PodUid);
        return SourceSignal.Done;
    }

    public async Task<SourceSignal> ReleaseAsync()
    {
        Find();
        Fence();
        Disk.Serving.Remove(session.PodUid);
        await new ReplacementReady(Services, NullLogger.Instance).WaitAsync(session.Migration, CancellationToken.None);
        await DeletePodAsync();
        await Task.Delay(Simulator.Between(1, 50), Simulator);
        session.Copy?.End(EndCause.SourceAgent);
        session.HasGuard = false;
        return SourceSignal.Done;
    }

    /// <returns>False: the pod's object was gone, and so this copy has ended too.</returns>
    public async Task<bool> RollBackAsync()
    {
        if (!IsOverruled())
        {
            Find();
            session.IsGated |= session.Migration.Status.Owner is { Gate: true } && session.Migration.Status.PodUID is { } kept && Disk.Serving.Contains(kept);
            Disk.Released.Remove(session.Migration.Status.PodUID ?? "");
            await ThawAsync();
        }

        session.HasGuard = false;
        if (session.Link is { Lost.Task.IsCompleted: false } link)
        {
            link.Send(static _ => { });
        }

        var reason = session.Failure?.Reason ?? Reasons.UserAborted;
        var settled = await Services.Decisions(NullLogger.Instance).SettleAsync(session.Migration, () => new Wish(Decision.Aborted, reason, session.Failure?.Message), CancellationToken.None);
        if (settled?.Status.Decision == Decision.Committed)
        {
            world.Safety.Violated($"migration {session.Migration.Metadata.Name} is committed although its source was thawed");
            throw new InvalidOperationException("committed although thawed");
        }

        session.Migration = settled ?? session.Migration;
        Disk.Commit.Remove(session.Uid);
        var runsOn = !session.IsGated || !await IsOrphanedAsync();
        if (!IsOverruled())
        {
            Disk.Serving.Remove(session.Migration.Status.PodUID ?? "");
            if (!runsOn)
            {
                await EndAsync();
            }
        }

        Disk.Images.Remove(session.Uid);
        return runsOn;
    }

    public async Task CloseAsync()
    {
        if (session.Link is { Lost.Task.IsCompleted: false } link && session.Migration.Status.Decision == Decision.Committed)
        {
            try
            {
                await link.Running.Task.WaitAsync(TailLimit, Simulator);
            }
            catch (Exception e) when (e is MoveException or TimeoutException)
            {
                // It is not waited for any longer.
            }
        }

        session.Link?.Complete();
        Disk.Commit.Remove(session.Uid);
        Disk.Images.Remove(session.Uid);
    }

    private async Task CheckAsync(CancellationToken cancellation)
    {
        var (space, name) = (session.First.Metadata.NamespaceProperty, session.First.Spec.PodName);
        var pod = await Services.Api.ReadPodAsync(space, name, cancellation) ?? throw new MoveException(Reasons.PodNotFound, $"pod {space}/{name} does not exist");
        if (session.First.Status.PodUID is { } wanted && pod.Metadata.Uid != wanted)
        {
            throw new MoveException(Reasons.PodReplaced, $"pod {name} is another one");
        }

        await WorkAsync(5, 100, cancellation);
        Facts = agent.Node.Living(pod.Metadata.Uid) is { State: CopyState.Running, WasTakenOver: true } copy ? copy : throw new MoveException(Reasons.PodNotRunning, $"pod {name} does not run on this node");
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        if (Facts is null)
        {
            await CheckAsync(cancellation);
        }

        RequireUnchanged();
        session.Copy = Facts;
        var target = session.Migration.Status.TargetNode!;
        _ = await TargetEndpoint.FindAsync(Services, session.Migration, cancellation);
        session.Link = PeerLink.Open(world, agent, target, session.Migration);
        try
        {
            await session.Link.Accepted.Task.WaitAsync(ConnectLimit, Simulator, cancellation);
        }
        catch (TimeoutException)
        {
            throw new MoveException(Reasons.PeerUnreachable, $"the agent of node {target} did not accept the move");
        }

        Disk.Images[session.Uid] = new MoveImages();
    }

    private async Task<bool> AwaitFreezeAsync(CancellationToken cancellation)
    {
        var now = await agent.Book.WaitAsync(session.Uid, each => each.Status.Owner?.Gate == true || each.Status.Phase == Phases.Freezing || Phases.IsFinal(each.Status.Phase), cancellation);
        if (now is { Status: { Owner.Gate: true, Decision: Decision.None } })
        {
            Disk.Serving.Add(session.PodUid);
            if (agent.Node.Living(session.PodUid) is null)
            {
                throw new MoveException(Reasons.PodChanged, "the processes of the pod ended before its object could go");
            }

            session.IsGated = true;
            session.Publish();
        }

        return await AwaitPhaseAsync(Phases.Freezing, cancellation);
    }

    private async Task<bool> AwaitPhaseAsync(string phase, CancellationToken cancellation)
    {
        var now = await agent.Book.WaitAsync(session.Uid, each => each.Status.Phase == phase || Phases.IsFinal(each.Status.Phase), cancellation);
        if (now is null || now.Status.Phase != phase)
        {
            return false;
        }

        session.Migration = now;
        return true;
    }

    private async Task ArmAsync(CancellationToken cancellation)
    {
        RequireUnchanged();
        session.Link!.Send(target => target.Arm());
        await WorkAsync(10, 100, cancellation);
        session.HasGuard = true;
        if (session.IsRestoredBeforeCommit)
        {
            session.Link.Send(target => target.Armed());
            try
            {
                await session.Link.Warm.Task.WaitAsync(WarmLimit, Simulator, cancellation);
            }
            catch (TimeoutException)
            {
                throw new MoveException(Reasons.TargetUnready, "the target was not ready to restore the pod");
            }
        }
    }

    private async Task FreezeAsync(CancellationToken cancellation)
    {
        session.FrozenAt = Simulator.Now;
        await WorkAsync(1, 10, cancellation);
        RequireUnchanged();
        world.Safety.LookAtFreeze(session.Copy!, session.Migration);
        session.Copy!.State = CopyState.Frozen;
        session.Copy.IsNetworkOpen = false;
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        await WorkAsync(10, 300, cancellation);
        var memory = session.Copy!.Memory;
        session.Link!.Send(target => target.Store(memory));
        await session.Link.Stored.Task.WaitAsync(cancellation);
    }

    /// <summary>A step's work takes its time, or much more, or fails.</summary>
    private async Task WorkAsync(double fromMs, double toMs, CancellationToken cancellation)
    {
        await Task.Delay(Simulator.Chance(world.Rates.SlowStep) ? Simulator.Between(toMs, 12_000) : Simulator.Between(fromMs, toMs), Simulator, cancellation);
        if (Simulator.Chance(world.Rates.Step))
        {
            throw new IOException("No space left on device");
        }
    }

    private void RequireUnchanged()
    {
        if (Facts is not { IsAlive: true })
        {
            throw new MoveException(Reasons.PodChanged, "container app was restarted since preflight");
        }
    }

    /// <summary>After a restart of the agent.</summary>
    /// <summary>As in SourceEnds.</summary>
    private bool IsOverruled() => Recovery.IsOverruled(
        session.Migration, session.Migration.Status.PodUID, session.IsTakenUp || session.FrozenAt is not null || session.IsGated, agent.Book.All, Disk.Commit.Contains);

    private void Find() => session.Copy ??= session.Migration.Status.PodUID is { } podUid ? agent.Node.Living(podUid) : null;

    private async Task ThawAsync()
    {
        await Task.Delay(Simulator.Between(1, 20), Simulator);
        if (session.Copy is { State: CopyState.Frozen or CopyState.Running } copy)
        {
            copy.State = CopyState.Running;
            copy.IsNetworkOpen = true;
        }
    }

    private async Task<bool> IsOrphanedAsync()
    {
        _ = await agent.Book.WaitAsync(session.Uid, now => now.Status.Phase == Phases.Aborting || Phases.IsFinal(now.Status.Phase), CancellationToken.None);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), Services.Random, Simulator);
        while (true)
        {
            try
            {
                return (await Services.Api.ReadPodAsync(session.Migration.Metadata.NamespaceProperty, session.Migration.Spec.PodName, CancellationToken.None))?.Metadata.Uid != session.Migration.Status.PodUID;
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                await backoff.WaitAsync(CancellationToken.None);
            }
        }
    }

    private async Task EndAsync()
    {
        var start = Simulator.Now;
        while (session.Copy is { IsAlive: true } && Simulator.Now - start < EndLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Simulator);
        }

        Fence();
        session.Copy?.End(EndCause.SourceAgent);
    }

    private async Task DeletePodAsync()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), Services.Random, Simulator);
        while (true)
        {
            try
            {
                await Services.Api.DeletePodAsync(session.Migration.Metadata.NamespaceProperty, session.Migration.Spec.PodName, session.PodUid, graceSeconds: 0, CancellationToken.None);
                return;
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                await backoff.WaitAsync(CancellationToken.None);
            }
        }
    }
}
