using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;

namespace Rebalancer.Simulation.Agents;

/// <summary>
/// One move on the node that the pod leaves. Step by step as SourceMove drives it: the machine, the recovery, the status and the decision are the product's, and
/// the work of a step (<see cref="SourceSteps"/>) is done to the simulation's pod.
/// </summary>
internal sealed class SourceSession
{
    private static readonly TimeSpan CancelledWorkLimit = TimeSpan.FromSeconds(10);
    private readonly World world;
    private readonly SimulatedAgent agent;
    private readonly SourceSteps steps;
    private SourceStep step;

    public SourceSession(World world, SimulatedAgent agent, Migration migration, SourceStep first)
    {
        (this.world, this.agent, Migration, step) = (world, agent, migration, first);
        First = migration;
        IsTakenUp = first >= SourceStep.Commit;
        steps = new SourceSteps(world, agent, this);
    }

    /// <summary>As it was when the session began.</summary>
    public Migration First { get; }
    public Migration Migration { get; set; }
    public string Uid => First.Metadata.Uid;
    public PeerLink? Link { get; set; }
    public PodCopy? Copy { get; set; }
    public MoveException? Failure { get; set; }
    public bool IsTakenUp { get; }
    public bool IsGated { get; set; }
    public bool HasGuard { get; set; }
    public TimeSpan? FrozenAt { get; set; }
    public Action Publish { get; private set; } = static () => { };
    public bool IsRestoredBeforeCommit => Migration.Status.Owner is { IsReplacedFirst: true };
    public string PodUid => Migration.Status.PodUID!;
    private Simulator Simulator => world.Simulator;

    /// <summary>The helper that outlives the agent: without the commit's marker the pod runs again within a second.</summary>
    public void Guard()
    {
        if (HasGuard && Copy is { State: CopyState.Frozen } copy)
        {
            var node = agent.Node;
            Simulator.After(Simulator.Between(0, 900), () =>
            {
                if (!node.Disk.Commit.Contains(Uid) && copy.State == CopyState.Frozen)
                {
                    copy.State = CopyState.Running;
                    copy.IsNetworkOpen = true;
                }
            });
        }
    }

    public async Task RunAsync()
    {
        var writer = new StatusWriter(agent.Services.Api, First, "source", Simulator, agent.Services.Random, NullLogger.Instance);
        var writing = writer.RunAsync(CancellationToken.None);
        Publish = () => PostState(writer);
        world.Trace.Add(agent.Node.Name, $"{First.Metadata.Name}: source begins in {step}");
        while (!SourceMachine.IsFinal(step))
        {
            if (await DoAsync() is not { } signal)
            {
                world.Trace.Add(agent.Node.Name, $"{First.Metadata.Name}: source has nothing to do");
                writer.Complete();
                return;
            }

            var next = SourceMachine.Next(step, signal, IsRestoredBeforeCommit);
            world.Trace.Add(agent.Node.Name, $"{First.Metadata.Name}: source {step} -> {next} ({signal}{(Failure is null ? "" : ": " + Failure.Message)})");
            step = next;
            agent.Node.Step();
            PostState(writer);
        }

        await steps.CloseAsync();
        PostState(writer);
        writer.Complete();
        await writing;
    }

    private async Task<SourceSignal?> DoAsync() => step switch
    {
        SourceStep.Commit => await steps.CommitAsync(() => TimeLeft() <= TimeSpan.Zero) ? SourceSignal.Done : SourceSignal.Aborted,
        SourceStep.Serve => steps.Fence(),
        SourceStep.Release => await steps.ReleaseAsync(),
        SourceStep.RollBack => await steps.RollBackAsync() ? SourceSignal.Done : SourceSignal.Lost,
        _ => await DoInterruptiblyAsync(),
    };

    private async Task<SourceSignal?> DoInterruptiblyAsync()
    {
        using var end = new CancellationTokenSource();
        var interrupt = SourceMachine.IsInterruptible(step) ? InterruptAsync(end.Token) : Task.Delay(Timeout.InfiniteTimeSpan, Simulator, end.Token);
        var doing = steps.DoAsync(step, end.Token);
        await Task.WhenAny(doing, interrupt);
        var wasInterrupted = !doing.IsCompleted;
        end.Cancel();
        try
        {
            if (!wasInterrupted)
            {
                return await doing ? SourceSignal.Done : null;
            }

            _ = await Task.WhenAny(doing, Task.Delay(CancelledWorkLimit, Simulator));
            await interrupt;
            return SourceSignal.Failed;
        }
        catch (MoveException e)
        {
            Failure ??= e;
            return step == SourceStep.Preflight ? SourceSignal.Refused : SourceSignal.Failed;
        }
        catch (AbortedException)
        {
            return SourceSignal.Aborted;
        }
        catch (Exception e)
        {
            Failure ??= new MoveException(Reasons.CheckpointFailed, $"step {step} failed: {e.Message}");
            return step == SourceStep.Preflight ? SourceSignal.Refused : SourceSignal.Failed;
        }
    }

    private async Task InterruptAsync(CancellationToken cancellation)
    {
        var aborted = agent.Book.WaitAsync(Uid, now => now.Status.Decision == Decision.Aborted, cancellation);
        var outOfTime = Task.Delay(TimeLeft() ?? Timeout.InfiniteTimeSpan, Simulator, cancellation);
        Task lost = Link is { } link && step > SourceStep.Connect ? link.Lost.Task : Task.Delay(Timeout.InfiniteTimeSpan, Simulator, cancellation);
        var first = await Task.WhenAny(aborted, outOfTime, lost);
        await first;
        if (first == aborted)
        {
            throw new AbortedException();
        }

        throw first == outOfTime ? new MoveException(Reasons.FreezeBudgetExceeded, $"out of time in step {step}") : await Link!.Lost.Task;
    }

    private TimeSpan? TimeLeft()
    {
        TimeSpan? deadline = First.Spec.Deadline is { } instant ? instant - Simulator.GetUtcNow() : null;
        TimeSpan? budget = SourceMachine.IsFrozen(step)
            ? TimeSpan.FromMilliseconds(Migration.Status.FreezeBudgetMs ?? 10_000) - (FrozenAt is { } at ? Simulator.Now - at : TimeSpan.Zero) : null;
        var left = deadline is null || budget < deadline ? budget ?? deadline : deadline;
        return left is { } span && span < TimeSpan.Zero ? TimeSpan.Zero : left > TimeSpan.FromDays(20) ? null : left;
    }

    private void PostState(StatusWriter writer)
    {
        var state = step switch
        {
            SourceStep.AwaitCopy => SourceState.Ready,
            SourceStep.Follow => SourceState.Copied,
            SourceStep.Dump => SourceState.Frozen,
            SourceStep.AwaitHeld or SourceStep.Mark => SourceState.Transferred,
            SourceStep.Refused => SourceState.Refused,
            SourceStep.Released => SourceState.Released,
            SourceStep.Thawed => SourceState.Thawed,
            _ => null,
        };
        if (state is not null)
        {
            writer.Post(Report(state));
        }
    }

    /// <summary>As SourceReport.</summary>
    private SourceStatus Report(string state) => new()
    {
        State = state,
        Reason = Failure?.Reason,
        Message = Failure?.Message,
        Containers = steps.Facts is { } facts ? [new MovedContainer { Name = "app", ContainerID = facts.ContainerId }] : Migration.Status.Source?.Containers,
        ContainerName = "app",
        Address = steps.Facts is { } known ? known.Address + "/16" : Migration.Status.Source?.Address,
        Cpu = new NodeCpu { Flags = "avx", XsaveBytes = 832 },
        KillGate = IsGated ? KillGates.Closed : steps.Facts is not null ? world.HasKillGate ? KillGates.Open : null : Migration.Status.Source?.KillGate,
        Strategy = step >= SourceStep.Follow ? Strategies.StopAndCopy : null,
    };
}
