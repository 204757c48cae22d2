using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>One move on the node that the pod comes to: preflight, then it waits for what the wrapper, the peer and the Migration bring.</summary>
internal sealed class TargetMove : IDisposable
{
    private readonly MoveServices services;
    private readonly ILogger log;
    private readonly StatusWriter writer;

    public TargetMove(MoveServices services, Migration migration, TargetStep first, ILogger log)
    {
        this.services = services;
        this.log = log;
        Context = new TargetContext(migration, first, services.Clock);
        writer = new StatusWriter(services.Api, migration, "target", services.Clock, services.Random, log);
        Pod = new TargetPod(services, this, log);
        Callers = new TargetCallers(services, this, log);
        Ahead = new TargetAhead(services, this, log);
        Stream = new TargetStream(services, this, log);
        // Of an earlier agent's move: its page servers live, and wait for what is missing.
        if (Context.Folder.IsComplete) { Context.Late = TargetLate.TryOpen(Context.Folder, Containers, log); }
    }

    public TargetContext Context { get; }
    public TargetPod Pod { get; }
    public TargetCallers Callers { get; }
    public TargetAhead Ahead { get; }
    public TargetStream Stream { get; }

    public Migration Now => services.Book.Find(Context.Uid) ?? Context.Migration;

    /// <summary>Names of the containers that move, as the source's agent has pinned them.</summary>
    public IReadOnlyList<string> Containers => Now.Status.Source?.Containers?.Select(each => each.Name).ToList() ?? [];
    public bool IsCommitted => Now.Status.Decision == Decision.Committed || TargetMachine.ImpliesCommit(Context.Step.Current);
    public bool IsAborted => Now.Status.Decision == Decision.Aborted || Context.Step.Current == TargetStep.Cleaned;

    /// <summary>The copy of a pod whose name must be free first is restored after the commit, into a pod that is made then.</summary>
    public bool IsRestoredBeforeCommit => Now.Status.Owner is { IsReplacedFirst: true };

    public async Task RunAsync(CancellationToken stopping)
    {
        var writing = writer.RunAsync(stopping);
        try
        {
            if (Now.Status.Claim?.PodUID is { Length: > 0 } podUid) { Pod.TakeUp(podUid); }
            if (Context.Step.Current == TargetStep.Preflight) { await PreflightAsync(stopping); }
            var prepared = PrepareNamesakeAsync(stopping);
            var takenOver = new TargetTakeOver(services, this).RunAsync(stopping);
            var aborted = services.Book.WaitAsync(Context.Uid, now => now.Status.Decision == Decision.Aborted, stopping);
            var abandoned = services.Book.WaitAsync(Context.Uid, Recovery.IsAbandoned, stopping);
            var ended = Context.Step.WaitAsync(TargetMachine.IsFinal, stopping);
            var first = await Task.WhenAny(aborted, abandoned, ended);
            if (first != ended && Advance(first == aborted ? TargetSignal.Aborted : TargetSignal.Abandoned)) { Clean(); }
            await ended;
            await prepared;
            await takenOver;
            await FinishAsync(stopping);
        }
        finally
        {
            writer.Complete();
            await writing;
        }
    }

    /// <summary>Takes a signal, if it has a place now, and publishes the step that it leads to.</summary>
    public bool Advance(TargetSignal signal)
    {
        if (!Context.Step.TryAdvance(signal))
        {
            log.LogDebug("Migration {Name}: target in step {Step} takes no {Signal}", Context.Migration.Metadata.Name, Context.Step.Current, signal);
            return false;
        }
        var step = Context.Step.Current;
        log.LogInformation("Migration {Name}: target -> {Step} ({Signal})", Context.Migration.Metadata.Name, step, signal);
        Context.Timeline.Mark(signal.ToString());
        if (TargetReport.StateOf(step) is { } state) { writer.Post(TargetReport.Of(Context, state)); }
        return true;
    }

    /// <summary>After a commit: no copy can be restored any more, and the pod starts cold.</summary>
    public void GiveUp(MoveException why)
    {
        Context.Failure ??= why;
        log.LogError("Migration {Name}: {Message}", Context.Migration.Metadata.Name, why.Message);
        _ = Advance(TargetSignal.GivenUp);
    }

    /// <summary>Before a commit: has the abort decided unless somebody was faster. Returns the decision that was read.</summary>
    public async Task<string> AbortAsync(MoveException why, CancellationToken cancellation)
    {
        Context.Failure ??= why;
        Context.Reply?.Invoke(new MoveReply { Failed = new Failed { Reason = why.Reason, Message = why.Message, LogLine = why.LogLine ?? "" } });
        var settled = await services.Decisions(log).SettleAsync(Now, () => new Wish(Decision.Aborted, why.Reason, why.Message), cancellation);
        return settled?.Status.Decision ?? Decision.Aborted;
    }

    public void Dispose()
    {
        Stream.Dispose();
        Ahead.Dispose();
        Context.Late?.Dispose();
    }

    private async Task PreflightAsync(CancellationToken cancellation)
    {
        try
        {
            Context.Cpu = await services.TargetPreflight.CheckAsync(cancellation);
            var source = await services.Book.WaitAsync(Context.Uid, now => now.Status.Source?.State is { Length: > 0 } || now.Status.Decision != Decision.None, cancellation);
            if (source?.Status.Source?.MemoryBytes is { } memoryBytes) { services.TargetPreflight.RequireRoom(memoryBytes, source.Status.Source.FilesBytes ?? 0); }
            if (source is not null) { await services.Networks.OfNode().RequireAsync(source, cancellation); }
            Advance(TargetSignal.Passed);
        }
        catch (MoveException e)
        {
            Context.Failure = e;
            Advance(TargetSignal.Refused);
        }
    }

    /// <summary>A pod that is made after the commit has no sandbox yet to wait for: its images can come at once.</summary>
    private async Task PrepareNamesakeAsync(CancellationToken stopping)
    {
        var preparing = services.Book.WaitAsync(Context.Uid, now => now.Status.Owner is not null && now.Status.Phase is "Preparing" or "Freezing", stopping);
        var ended = Context.Step.WaitAsync(step => TargetMachine.IsFinal(step) || step > TargetStep.Copying, stopping);
        if (await Task.WhenAny(preparing, ended) == preparing && await preparing is not null && !IsRestoredBeforeCommit) { Advance(TargetSignal.Prepared); }
    }

    private void Clean()
    {
        Ahead.GiveUp();
        Pod.Kill(Now.Status.Claim?.PodUID);
        Context.Late?.Dispose();
        Context.Folder.Delete();
    }

    private async Task FinishAsync(CancellationToken stopping)
    {
        // Refused for good: what an earlier agent may have stored for it holds a pod's memory.
        if (Context.Step.Current == TargetStep.Refused) { Context.Folder.Delete(); }
        if (Context.Step.Current is not (TargetStep.Running or TargetStep.ColdStarted)) { return; }
        if (Context.Late is null) { Context.Folder.Delete(); }
        await HandOverAddressAsync(stopping);
        if (Context.Late is not { } late) { return; }
        await late.Filled.WaitAsync(stopping);
        late.Dispose();
        Context.Folder.Delete();
    }

    private async Task HandOverAddressAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), services.Random, services.Clock);
        while (true)
        {
            try
            {
                await services.Networks.OfNode().HandOverAsync(Now, stopping);
                return;
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                log.LogWarning("Migration {Name}: its address is not handed over yet: {Cause}", Context.Migration.Metadata.Name, e.Message);
            }
            await backoff.WaitAsync(stopping);
        }
    }
}
