using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;

namespace Rebalancer.Simulation.Agents;

/// <summary>
/// The stream of one move between two agents, as PeerSession and NodeAgentService have it: messages in their order, late, until either agent dies or the link
/// is cut, which the other end notices within two seconds by its pings.
/// </summary>
internal sealed class PeerLink
{
    private readonly World world;
    private readonly SimulatedNode from;
    private readonly SimulatedNode to;
    private readonly SimulatedAgent source;
    private SimulatedAgent? target;
    private TargetSession? sink;
    private TimeSpan lastToTarget;
    private TimeSpan lastToSource;
    private bool isOver;

    private PeerLink(World world, SimulatedAgent source, SimulatedNode to)
    {
        (this.world, this.source, from, this.to) = (world, source, source.Node, to);
    }

    public TaskCompletionSource Accepted { get; } = New();
    public TaskCompletionSource Warm { get; } = New();
    public TaskCompletionSource Stored { get; } = New();
    public TaskCompletionSource Held { get; } = New();
    public TaskCompletionSource Running { get; } = New();

    /// <summary>Completes when the peer is gone or has given up.</summary>
    public TaskCompletionSource<MoveException> Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static PeerLink Open(World world, SimulatedAgent source, string targetNode, Migration migration)
    {
        var link = new PeerLink(world, source, world.Node(targetNode) ?? throw new MoveException(Reasons.TargetUnknown, $"node {targetNode} does not exist"));
        source.Keep(link);
        link.world.Simulator.After(link.Latency(), () => link.Begin(migration));
        return link;
    }

    /// <summary>Nothing more comes from the source.</summary>
    public void Complete() => Break("the source's agent is done");

    public void Send(Action<TargetSession> message)
    {
        if (!isOver)
        {
            lastToTarget = Deliver(lastToTarget, () =>
            {
                if (sink is { } open && target is { IsDead: false } agent)
                {
                    agent.Do(() =>
                    {
                        message(open);
                        return Task.CompletedTask;
                    });
                }
            });
        }
    }

    public void Reply(TaskCompletionSource what)
    {
        if (!isOver)
        {
            lastToSource = Deliver(lastToSource, () => what.TrySetResult());
        }
    }

    /// <summary>The target gives up, and says why.</summary>
    public void Fail(string reason, string message)
    {
        if (!isOver)
        {
            lastToSource = Deliver(lastToSource, () => Lose(new MoveException(reason, message)));
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Break(string why)
    {
        if (isOver)
        {
            return;
        }

        isOver = true;
        source.Forget(this);
        target?.Forget(this);
        world.Simulator.After(world.Simulator.Between(0, 2000), () => Lose(new MoveException(Reasons.PeerUnreachable, $"the target's agent on {to.Name} is not reachable: {why}")));
        if (sink is { } open && target is { } agent)
        {
            world.Simulator.After(world.Simulator.Between(0, 2000), () => agent.Do(() => open.CloseAsync(this, isBroken: false)));
        }
    }

    private void Begin(Migration migration)
    {
        if (world.AreApart(from, to) || to.Agent is not { } agent)
        {
            Break("nobody answers");
            return;
        }

        target = agent;
        agent.Keep(this);
        agent.Do(async () =>
        {
            try
            {
                sink = await agent.FindAsync(migration.Metadata.NamespaceProperty, migration.Metadata.Name, migration.Metadata.Uid, from.Name);
                sink.Open(this);
                Reply(Accepted);
            }
            catch (MoveException e)
            {
                sink = null;
                Fail(e.Reason, e.Message);
            }
            catch (Exception e)
            {
                sink = null;
                Fail(Reasons.TransferFailed, e.Message);
            }
        });
    }

    private TimeSpan Deliver(TimeSpan last, Action message)
    {
        var at = world.Simulator.Now + Latency();
        at = at > last ? at : last;
        world.Simulator.After(at - world.Simulator.Now, () =>
        {
            if (isOver)
            {
                return;
            }

            if (world.AreApart(from, to))
            {
                Break("the link is cut");
                return;
            }

            message();
        });
        return at;
    }

    private TimeSpan Latency() => world.Simulator.Chance(world.Rates.Slow) ? world.Simulator.Between(20, 800) : world.Simulator.Between(0.2, 5);

    private void Lose(MoveException why)
    {
        Lost.TrySetResult(why);
        foreach (var waiting in new[] { Accepted, Warm, Stored, Held, Running })
        {
            if (waiting.TrySetException(why))
            {
                _ = waiting.Task.Exception;
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
