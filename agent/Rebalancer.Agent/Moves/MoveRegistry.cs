using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>The moves of this agent that are under way: one per Migration and role, made when the Migration is first heard of, by whatever way.</summary>
internal sealed class MoveRegistry(MoveServices services, CancellationToken stopping) : IMoveSinks
{
    private static readonly TimeSpan EndLook = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<string, Lazy<SourceMove>> sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<TargetMove>> targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> swept = new(StringComparer.Ordinal);
    private readonly ILogger log = services.Loggers.CreateLogger<MoveRegistry>();
    private volatile bool isEnding;

    public SourceMove? Source(string uid) => sources.TryGetValue(uid, out var move) ? move.Value : null;

    public TargetMove? Target(string uid) => targets.TryGetValue(uid, out var move) ? move.Value : null;

    /// <summary>The move by which this pod leaves this node, if one is under way.</summary>
    public SourceMove? SourceOfPod(string podUid) =>
        sources.Values.Where(move => move.IsValueCreated).Select(move => move.Value).FirstOrDefault(move => move.PodUid == podUid);

    /// <summary>The target's move that this pod was already found to be claimed for, without asking the API server again.</summary>
    public TargetMove? TargetOfPod(string podUid) =>
        targets.Values.Where(move => move.IsValueCreated).Select(move => move.Value).FirstOrDefault(move => move.Context.Sandbox?.PodUid == podUid);

    /// <summary>Starts this node's part of a Migration, unless it runs or has nothing to do.</summary>
    public void Ensure(Migration migration)
    {
        var uid = migration.Metadata.Uid;
        if (migration.Status.SourceNode == services.Options.Node && !sources.ContainsKey(uid) && !isEnding)
        {
            if (SourceStart(migration) is { } step) { StartSource(migration, step); }
            else { Sweep(uid); }
        }
        if (migration.Status.TargetNode == services.Options.Node && EnsureTarget(migration) is null) { Sweep(uid); }
    }

    /// <returns>Null: the target's part is over.</returns>
    public TargetMove? EnsureTarget(Migration migration)
    {
        var uid = migration.Metadata.Uid;
        if (targets.TryGetValue(uid, out var running)) { return running.Value; }
        var folder = new Checkpoint.MoveFolder(uid);
        if (Recovery.Target(migration, folder.IsComplete, folder.HasLatePages) is not { } step) { return null; }
        return targets.GetOrAdd(uid, _ => new Lazy<TargetMove>(() => StartTarget(migration, step))).Value;
    }

    /// <summary>No pod of this node is let go any more, and those that cannot wait for the next agent are seen through: they are frozen, held, or without their object.</summary>
    /// <param name="limit">Then they are left to the next agent all the same.</param>
    public async Task EndAsync(TimeSpan limit)
    {
        isEnding = true;
        var start = services.Clock.GetTimestamp();
        if (Urgent().ToList() is { Count: > 0 } urgent) { log.LogInformation("This agent ends when these moves have: {Names}", string.Join(", ", urgent)); }
        while (Urgent().Any() && services.Clock.GetElapsedTime(start) < limit) { await Task.Delay(EndLook, services.Clock); }
    }

    public void Forget(string uid)
    {
        sources.TryRemove(uid, out _);
        targets.TryRemove(uid, out _);
        swept.TryRemove(uid, out _);
    }

    public async Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation)
    {
        var migration = services.Book.Find(hello.MigrationUid) ?? await services.Api.ReadMigrationAsync(hello.MigrationNamespace, hello.MigrationName, cancellation);
        if (migration is null || migration.Metadata.Uid != hello.MigrationUid) { throw new MoveException(Reasons.TargetUnknown, $"migration {hello.MigrationNamespace}/{hello.MigrationName} ({hello.MigrationUid}) is not known here"); }
        if (migration.Status.SourceNode != peerNode) { throw new MoveException(Reasons.TargetUnknown, $"migration {hello.MigrationName} comes from node {migration.Status.SourceNode}, not from {peerNode}"); }
        if (migration.Status.TargetNode != services.Options.Node) { throw new MoveException(Reasons.TargetUnknown, $"migration {hello.MigrationName} goes to node {migration.Status.TargetNode}"); }
        return EnsureTarget(migration)?.Stream ?? throw new MoveException(Reasons.TargetUnready, $"migration {hello.MigrationName} is over on this node");
    }

    private IEnumerable<string> Urgent() =>
        sources.Values.Where(move => move.IsValueCreated && move.Value.IsUrgent).Select(move => move.Value.Name)
            .Concat(targets.Values.Where(move => move.IsValueCreated && TargetMachine.IsUrgent(move.Value.Context.Step.Current)).Select(move => move.Value.Context.Migration.Metadata.Name));

    /// <summary>Nothing is left to do for it here, but perhaps to tidy up: a predecessor may have died after its last word, and have left the pod's memory.</summary>
    private void Sweep(string uid)
    {
        if (!swept.TryAdd(uid, true)) { return; }
        services.Markers.DeleteCommit(uid);
        new Checkpoint.MoveFolder(uid).Delete();
    }

    private SourceStep? SourceStart(Migration migration) =>
        Recovery.Source(migration, services.Markers.HasCommit(migration.Metadata.Uid), new Checkpoint.MoveFolder(migration.Metadata.Uid).Exists);

    private void StartSource(Migration migration, SourceStep step)
    {
        var move = new Lazy<SourceMove>(() => new SourceMove(services, migration, step, services.Loggers.CreateLogger<SourceMove>()));
        if (sources.TryAdd(migration.Metadata.Uid, move)) { _ = RunAsync(migration, "source", () => move.Value.RunAsync(stopping)); }
    }

    private TargetMove StartTarget(Migration migration, TargetStep step)
    {
        services.Book.Put(migration);
        var move = new TargetMove(services, migration, step, services.Loggers.CreateLogger<TargetMove>());
        _ = RunAsync(migration, "target", () => move.RunAsync(stopping));
        return move;
    }

    private async Task RunAsync(Migration migration, string role, Func<Task> run)
    {
        try
        {
            await Task.Run(run, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next agent takes it up from status and markers.
        }
        catch (Exception e)
        {
            log.LogCritical(e, "The {Role} of migration {Name} ended by a fault", role, migration.Metadata.Name);
        }
    }
}
