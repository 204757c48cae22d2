using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>One container of the pod that leaves: what is frozen of it, dumped and, from its image folder, sent.</summary>
/// <param name="state">Pins the very processes.</param>
/// <param name="cgroup">Null after a restart of the agent when it is gone by then.</param>
internal sealed class SourceContainer(RuncState state, ContainerCgroup? cgroup) : IDisposable
{
    private static readonly TimeSpan RefreezeLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KilledDumpLimit = TimeSpan.FromSeconds(1);
    private Dump? dump;
    private Task check = Task.CompletedTask;

    public RuncState State => state;
    public string Name => state.ContainerName;
    public ContainerCgroup? Cgroup => cgroup;
    public DumpGate Gate { get; } = new();

    /// <summary>Whether its dump has been started and waits for the freeze.</summary>
    public bool IsDumpWaiting => dump is not null;

    /// <summary>Whether the target can restore a checkpoint that leaves the network out.</summary>
    public bool IsDumpedInPodNetwork { get; set; }

    /// <summary>Null: CRIU carries the memory.</summary>
    public ContainerMemory? Memory { get; set; }

    /// <summary>Starts runc and CRIU, where they can wait for the freeze, and waits until they do.</summary>
    /// <exception cref="MoveException">It ended before, or did not get there within the limit; or something is watched that has no path.</exception>
    public async Task StartDumpAsync(AgentOptions options, MoveFolder folder, WatchPaths watches, TimeSpan limit, TimeProvider clock, CancellationToken cancellation)
    {
        Dump.Prepare(folder, state, watches.Of(state, cgroup!.Pids()));
        if (!Dump.AsksBeforeDump(state)) { return; }
        dump = Dump.Start(options, folder, state, IsDumpedInPodNetwork);
        var ended = dump.FinishAsync(cancellation);
        try
        {
            if (await Task.WhenAny(Gate.Asked, ended).WaitAsync(limit, clock, cancellation) == ended) { await ended; }
        }
        catch (TimeoutException)
        {
            throw new MoveException(Reasons.CheckpointFailed, $"the checkpoint of container {Name} was not ready within {limit.TotalSeconds} s");
        }
        dump.FreezeWhenCriuEnds(cgroup!);
    }

    /// <summary>Dumps the frozen container, until all images are there; what <see cref="Memory"/> carries is left out.</summary>
    /// <param name="substitutePid">A process of ours with a small memory.</param>
    /// <param name="clock">For pauses.</param>
    /// <exception cref="MoveException">It failed.</exception>
    public Task DumpAsync(AgentOptions options, MoveFolder folder, int substitutePid, TimeProvider clock, CancellationToken cancellation)
    {
        dump ??= Dump.Start(options, folder, state, IsDumpedInPodNetwork);
        Gate.Open(new DumpOrder(true, Memory?.Pids ?? [], substitutePid, Dump.MappingsOf(folder, state)));
        return dump.DumpedAsync(clock, cancellation);
    }

    /// <summary>Waits until the images of all processes are there, and those of what they share still come.</summary>
    /// <exception cref="MoveException">The dump failed before.</exception>
    public async Task ProcessesDumpedAsync(TimeProvider clock, CancellationToken cancellation)
    {
        await dump!.ProcessesDumpedAsync(clock, cancellation);
        // Not before: it keeps the lock that CRIU needs to map its code into a process. It outlives this step, whose end must not cancel it.
        if (Memory is { } memory) { check = Task.Run(memory.CheckMappings, CancellationToken.None); }
    }

    /// <summary>The processes are frozen: notes what <see cref="Memory"/> carries of them.</summary>
    public void FinishMemory(MoveFolder folder)
    {
        if (Memory is not { } memory) { return; }
        memory.Finish();
        memory.WriteMappings(Dump.MappingsOf(folder, state));
    }

    /// <summary>CRIU has let go of the container, which is frozen.</summary>
    /// <exception cref="MoveException">Its dump failed after all.</exception>
    public async Task DumpEndedAsync(CancellationToken cancellation)
    {
        await check;
        await (dump?.FinishAsync(cancellation) ?? Task.CompletedTask);
    }

    /// <summary>Sees a dump to its end, good or bad, before the container is thawed.</summary>
    /// <param name="isFrozen">The container was frozen before.</param>
    /// <param name="limit">How long it may go on by itself.</param>
    /// <param name="clock">For the limit.</param>
    /// <returns>False: it had to be killed.</returns>
    public async Task<bool> EndDumpAsync(bool isFrozen, TimeSpan limit, TimeProvider clock)
    {
        Gate.Open(DumpOrder.End);
        if (dump is null || await dump.EndsWithinAsync(limit, clock)) { return true; }
        // CRIU thaws the cgroup while it holds the processes itself: frozen again, none of them runs when it dies.
        if (isFrozen) { cgroup?.Freeze(RefreezeLimit); }
        dump.Kill();
        _ = await dump.EndsWithinAsync(KilledDumpLimit, clock);
        return false;
    }

    public void Dispose()
    {
        dump?.Dispose();
        Memory?.Dispose();
    }
}
