using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;

namespace Rebalancer.Simulation.Agents;

/// <summary>
/// One move on the node that the pod comes to, in the order of TargetMove, TargetStream and TargetTakeOver: the machine, its cell, the recovery, the status and
/// the decision are the product's; images and copies are the simulation's. What callers ask is in the other half.
/// </summary>
internal sealed partial class TargetSession
{
    private static readonly TimeSpan TakeOverLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private readonly World world;
    private readonly SimulatedAgent agent;
    private readonly StatusWriter writer;
    private readonly StepCell cell;
    private readonly TaskCompletionSource arming = New();
    private readonly TaskCompletionSource armed = New();
    private readonly TaskCompletionSource hinted = New();
    private readonly TaskCompletionSource ended = New();
    private PeerLink? link;
    private PodCopy? copy;
    private int restores;

    public TargetSession(World world, SimulatedAgent agent, Migration migration, TargetStep first)
    {
        (this.world, this.agent, Migration) = (world, agent, migration);
        cell = new StepCell(first);
        writer = new StatusWriter(agent.Services.Api, migration, "target", world.Simulator, agent.Services.Random, NullLogger.Instance);
    }

    public Migration Migration { get; }
    public string Uid => Migration.Metadata.Uid;

    /// <summary>UID of the pod whose sandbox is known here.</summary>
    public string? SandboxOf { get; private set; }

    private Simulator Simulator => world.Simulator;
    private NodeDisk Disk => agent.Node.Disk;
    private Migration Now => agent.Book.Find(Uid) ?? Migration;
    private MoveException? Failure { get; set; }
    private bool IsCommitted => Now.Status.Decision == Decision.Committed || TargetMachine.ImpliesCommit(cell.Current);
    private bool IsAborted => Now.Status.Decision == Decision.Aborted || cell.Current == TargetStep.Cleaned;
    private bool IsRestoredBeforeCommit => Now.Status.Owner is { IsReplacedFirst: true };
    private bool HasImages => Disk.Images.GetValueOrDefault(Uid)?.Memory is not null;

    public async Task RunAsync()
    {
        var writing = writer.RunAsync(CancellationToken.None);
        world.Trace.Add(agent.Node.Name, $"{Migration.Metadata.Name}: target begins in {cell.Current}");
        if (Now.Status.Claim?.PodUID is { Length: > 0 } podUid)
        {
            TakeUp(podUid);
        }

        if (cell.Current == TargetStep.Preflight)
        {
            await PreflightAsync();
        }

        var prepared = PrepareNamesakeAsync();
        var takenOver = TakeOverAsync();
        var aborted = agent.Book.WaitAsync(Uid, now => now.Status.Decision == Decision.Aborted, CancellationToken.None);
        var final = cell.WaitAsync(TargetMachine.IsFinal, CancellationToken.None);
        var abandoned = agent.Book.WaitAsync(Uid, Recovery.IsAbandoned, CancellationToken.None);
        var first = await Task.WhenAny(aborted, abandoned, final);
        if (first != final && Advance(first == aborted ? TargetSignal.Aborted : TargetSignal.Abandoned))
        {
            Clean();
        }

        await final;
        await prepared;
        await takenOver;
        if (cell.Current is TargetStep.Refused or TargetStep.Running or TargetStep.ColdStarted)
        {
            Disk.Images.Remove(Uid);
        }

        writer.Complete();
        await writing;
    }

    /// <summary>The source's stream begins.</summary>
    public void Open(PeerLink from)
    {
        if (!Advance(TargetSignal.Accepted))
        {
            throw new MoveException(Reasons.TargetUnready, $"the target is in step {cell.Current}, not ready");
        }

        if (Simulator.Chance(world.Rates.Step))
        {
            throw new MoveException(Reasons.TargetNoRoom, "no room for a checkpoint of this size");
        }

        Disk.Images[Uid] = new MoveImages();
        link = from;
    }

    public void Arm() => arming.TrySetResult();

    public void Armed() => armed.TrySetResult();

    public void Hint() => hinted.TrySetResult();

    /// <summary>The checkpoint is complete.</summary>
    public void Store(long memory)
    {
        if (cell.Current is not (TargetStep.Copying or TargetStep.Prepared) || Simulator.Chance(world.Rates.Step))
        {
            // A stream that cannot be stored ends by a fault.
            var open = link;
            link?.Fail(Reasons.TransferFailed, "No space left on device");
            agent.Do(() => CloseAsync(open, isBroken: true));
            return;
        }

        Disk.Images[Uid] = new MoveImages { Memory = memory };
        Advance(TargetSignal.ImagesStored);
        link?.Reply(link.Stored);
    }

    /// <summary>The stream has ended.</summary>
    /// <param name="isBroken">By a fault here.</param>
    public async Task CloseAsync(PeerLink? from, bool isBroken)
    {
        if (from is null || from != link)
        {
            return;
        }

        link = null;
        ended.TrySetResult();
        var step = cell.Current;
        if (TargetMachine.IsFinal(step) || IsCommitted)
        {
            return;
        }

        if (step is TargetStep.Copying or TargetStep.Prepared || isBroken || (step == TargetStep.Stored && IsRestoredBeforeCommit))
        {
            await AbortAsync(new MoveException(isBroken ? Reasons.TransferFailed : Reasons.SourceLost, "the source's agent was lost before the commit"));
        }
    }

    private bool Advance(TargetSignal signal)
    {
        var before = cell.Current;
        if (!cell.TryAdvance(signal))
        {
            return false;
        }

        world.Trace.Add(agent.Node.Name, $"{Migration.Metadata.Name}: target {before} -> {cell.Current} ({signal}{(Failure is null ? "" : ": " + Failure.Message)})");
        agent.Node.Step();
        if (TargetReport.StateOf(cell.Current) is { } state)
        {
            writer.Post(Report(state));
        }

        return true;
    }

    /// <summary>As TargetReport.</summary>
    private TargetStatus Report(string state) => new()
    {
        State = state,
        Filling = cell.Current switch { TargetStep.Filling => true, TargetStep.Running or TargetStep.ColdStarted => false, _ => null },
        Reason = state == TargetState.Running ? null : Failure?.Reason,
        Message = state == TargetState.Running ? null : Failure?.Message,
        Containers = copy is null ? Migration.Status.Target?.Containers : [new MovedContainer { Name = "app", ContainerID = copy.ContainerId }],
        Cpu = new NodeCpu { Flags = "avx", XsaveBytes = 832 },
    };

    private async Task<string> AbortAsync(MoveException why)
    {
        Failure ??= why;
        link?.Fail(why.Reason, why.Message);
        var settled = await agent.Services.Decisions(NullLogger.Instance).SettleAsync(Now, () => new Wish(Decision.Aborted, why.Reason, why.Message), CancellationToken.None);
        return settled?.Status.Decision ?? Decision.Aborted;
    }

    private async Task PreflightAsync()
    {
        await Task.Delay(Simulator.Between(5, 100), Simulator);
        _ = await agent.Book.WaitAsync(Uid, now => now.Status.Source?.State is { Length: > 0 } || now.Status.Decision != Decision.None, CancellationToken.None);
        if (Simulator.Chance(world.Rates.Step))
        {
            Failure = new MoveException(Reasons.TargetNoRoom, "no room");
            Advance(TargetSignal.Refused);
            return;
        }

        Advance(TargetSignal.Passed);
    }

    private async Task PrepareNamesakeAsync()
    {
        var preparing = agent.Book.WaitAsync(Uid, now => now.Status.Owner is not null && now.Status.Phase is "Preparing" or "Freezing", CancellationToken.None);
        var over = cell.WaitAsync(step => TargetMachine.IsFinal(step) || step > TargetStep.Copying, CancellationToken.None);
        if (await Task.WhenAny(preparing, over) == preparing && await preparing is not null && !IsRestoredBeforeCommit)
        {
            Advance(TargetSignal.Prepared);
        }
    }

    private async Task TakeOverAsync()
    {
        await cell.WaitAsync(step => step is TargetStep.Resumed or TargetStep.Filling || TargetMachine.IsFinal(step), CancellationToken.None);
        var start = Simulator.Now;
        while (cell.Current == TargetStep.Resumed)
        {
            var isOver = Simulator.Now - start > TakeOverLimit;
            if (copy is not { IsAlive: true })
            {
                Failure ??= new MoveException(Reasons.RestoreFailed, "the container runtime gave the container up");
                Advance(TargetSignal.GivenUp);
            }
            else if (isOver || copy.WasTakenOver)
            {
                Advance(TargetSignal.TakenOver);
            }
            else
            {
                await Task.Delay(Look, Simulator);
            }
        }

        if (cell.Current == TargetStep.Filling)
        {
            Advance(TargetSignal.Filled);
        }
    }

    private void Clean()
    {
        if (copy is { State: CopyState.Held })
        {
            copy.End(EndCause.Discarded);
        }

        Disk.Images.Remove(Uid);
    }

    /// <summary>As TargetPod.TakeUp: an earlier agent had let the copy run.</summary>
    private void TakeUp(string podUid)
    {
        if (!IsCommitted || cell.Current != TargetStep.Stored || !Disk.Consumed.Contains(podUid))
        {
            return;
        }

        if (agent.Node.Living(podUid) is not { IsRestored: true } living)
        {
            Failure ??= new MoveException(Reasons.RestoreFailed, "the copy was let run by an earlier agent, and has ended since");
            Advance(TargetSignal.GivenUp);
            return;
        }

        (copy, SandboxOf) = (living, podUid);
        copy.IsNetworkOpen = true;
        Opened();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
