using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>
/// Turns the announced ends of nodes into a Migration for every pod that can still leave, and into evictions of the others in time. All nodes are looked at
/// together, since they share what moves take.
/// </summary>
internal sealed partial class InterruptionController : BackgroundService
{
    /// <summary>The one key: whatever has changed, everything is looked at.</summary>
    private const string Everything = "";
    private const int MaxTold = 10_000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Changes come in crowds, when many nodes go at once.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly EventRecorder events;
    private readonly MoveLimits limits;
    private readonly LeaderLoop loop;
    private readonly TimeProvider clock;
    private readonly ILogger<InterruptionController> logger;
    private readonly WorkQueue<string> queue;
    private readonly HashSet<string> told = [];

    public InterruptionController(ApiClient client, ClusterCache cache, EventRecorder events, MoveLimits limits, LeaderLoop loop, TimeProvider clock, ILogger<InterruptionController> logger)
    {
        (this.client, this.cache, this.events, this.limits, this.loop, this.clock, this.logger) = (client, cache, events, limits, loop, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Nodes.OnChange(c => MarkIf(Announcements.AreOn(c.Before) || Announcements.AreOn(c.After)));
        cache.Pods.OnChange(c => MarkIf(IsOnAnnouncedNode(c.After?.Spec?.NodeName)));
        // A pod that stayed may be tried again; one that came may have to leave again; and the next has its turn.
        cache.Migrations.OnChange(c => MarkIf(IsOnAnnouncedNode(c.Latest.Status.SourceNode) || IsOnAnnouncedNode(c.Latest.Status.TargetNode)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => loop.RunAsync(queue, () => queue.Mark(Everything), (_, cancellation) => EvacuateAsync(cancellation), (_, e) => NotEvacuated(logger, e), RetryAfter, stoppingToken);

    private void MarkIf(bool isConcerned)
    {
        if (isConcerned)
        {
            queue.Mark(Everything, Gather);
        }
    }

    private bool IsOnAnnouncedNode(string? name) => name is { Length: > 0 } && Announcements.AreOn(cache.Nodes.Get(null, name));

    private async Task EvacuateAsync(CancellationToken cancellation)
    {
        foreach (var node in cache.Nodes.List())
        {
            await TaintAsync(node, cancellation);
        }

        var plan = Evacuation.Plan(new EvacuationView(cache.Nodes.List(), cache.Pods.List(), cache.Migrations.List(), limits, clock.GetUtcNow()));
        if (plan.LookAgainAfter is { } later)
        {
            queue.Mark(Everything, later);
        }

        foreach (var migration in plan.LetGo)
        {
            await DoAsync(migration.Spec.PodName, () => LetGoAsync(migration, cancellation), cancellation);
        }

        foreach (var migration in plan.Create)
        {
            await DoAsync(migration.Spec.PodName, () => CreateAsync(migration, cancellation), cancellation);
        }

        foreach (var (pod, why) in plan.Evict)
        {
            await DoAsync(pod.Metadata.Name, () => EvictAsync(pod, why, cancellation), cancellation);
        }

        foreach (var migration in plan.Abort)
        {
            await DoAsync(migration.Spec.PodName, () => AbortAsync(migration, cancellation), cancellation);
        }

        foreach (var migration in plan.Withdraw)
        {
            await DoAsync(migration.Spec.PodName, () => WithdrawAsync(migration, cancellation), cancellation);
        }

        await TellAsync(plan, cancellation);
    }

    /// <summary>What fails for one pod keeps no other waiting.</summary>
    private async Task DoAsync(string pod, Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException && !cancellation.IsCancellationRequested)
        {
            PodNotEvacuated(logger, e, pod);
            queue.Mark(Everything, RetryAfter);
        }
    }

    /// <summary>A conflict ends this look at the node; the change that caused it brings the next.</summary>
    private async Task TaintAsync(V1Node node, CancellationToken cancellation)
    {
        if (DeadlineTaint.Change(node) is not { } taints)
        {
            return;
        }

        var patch = new JsonPatch().Test("/metadata/resourceVersion", node.Metadata.ResourceVersion).Set("/spec/taints", taints);
        await DoAsync(
            node.Metadata.Name,
            async () => cache.Nodes.Observe(await client.PatchAsync<V1Node>(ApiResource.Nodes, null, node.Metadata.Name, patch, cancellation)),
            cancellation);
    }

    private async Task CreateAsync(Migration migration, CancellationToken cancellation)
    {
        try
        {
            var ns = migration.Metadata.NamespaceProperty;
            cache.Migrations.Observe(await client.CreateAsync(ApiResource.Migrations, ns, migration, cancellation));
            Evacuating(logger, ns, migration.Spec.PodName, migration.Spec.Reason, migration.Spec.Strategy, migration.Spec.Deadline);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // The watch has not told of it yet, or one that was withdrawn is not gone yet.
            queue.Mark(Everything, RetryAfter);
        }
    }

    private async Task LetGoAsync(Migration migration, CancellationToken cancellation)
    {
        cache.Migrations.Observe(await client.TellAsync(migration, Names.Cutover, cancellation));
        LetGo(logger, migration.Metadata.NamespaceProperty, migration.Metadata.Name, migration.Spec.PodName);
    }

    private async Task EvictAsync(V1Pod pod, string why, CancellationToken cancellation)
    {
        var (ns, name) = (pod.Metadata.NamespaceProperty, pod.Metadata.Name);
        if (await client.EvictAsync(ns, name, pod.Metadata.Uid, cancellation))
        {
            Evicted(logger, ns, name, pod.Spec.NodeName, why);
            await TellOnceAsync(EventSubject.Of(ApiResource.Pods, pod.Metadata), "EvictedInTime", $"evicted before node {pod.Spec.NodeName} goes away: {why}", cancellation);
        }
    }

    private async Task AbortAsync(Migration migration, CancellationToken cancellation)
    {
        cache.Migrations.Observe(await client.TellAsync(migration, Names.Abort, cancellation));
        Aborted(logger, migration.Metadata.NamespaceProperty, migration.Metadata.Name, migration.Status.SourceNode);
    }

    private async Task WithdrawAsync(Migration migration, CancellationToken cancellation)
    {
        var (ns, name) = (migration.Metadata.NamespaceProperty, migration.Metadata.Name);
        if (await client.DeleteAsync(ApiResource.Migrations, ns, name, migration.Metadata.Uid, null, cancellation))
        {
            Withdrawn(logger, ns, name, migration.Spec.PodName);
        }
    }

    private async Task TellAsync(EvacuationPlan plan, CancellationToken cancellation)
    {
        foreach (var (node, problem) in plan.Problems)
        {
            await TellOnceAsync(EventSubject.Of(ApiResource.Nodes, node.Metadata), "InvalidAnnotation", problem.ToString(), cancellation);
        }

        foreach (var (pod, refusal) in plan.Immovable)
        {
            await TellOnceAsync(EventSubject.Of(ApiResource.Pods, pod.Metadata), refusal.Reason, $"cannot leave node {pod.Spec.NodeName} live: {refusal.Message}", cancellation);
        }
    }

    private async Task TellOnceAsync(EventSubject subject, string reason, string message, CancellationToken cancellation)
    {
        if (told.Count >= MaxTold)
        {
            told.Clear();
        }

        if (told.Add($"{subject.Uid} {reason} {message}"))
        {
            await events.TellAsync(subject, warning: true, reason, message, cancellation);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Namespace}/{Pod} leaves its node: {Reason}, {Strategy}, by {Deadline:O}")]
    private static partial void Evacuating(ILogger logger, string @namespace, string pod, string reason, string strategy, DateTimeOffset? deadline);

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Namespace}/{Migration} is let go: the node of pod {Pod} is announced to go")]
    private static partial void LetGo(ILogger logger, string @namespace, string migration, string pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Pod} is evicted before node {Node} goes away: {Why}")]
    private static partial void Evicted(ILogger logger, string @namespace, string pod, string node, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Migration {Namespace}/{Migration} is aborted: it would not end before node {Node} goes away")]
    private static partial void Aborted(ILogger logger, string @namespace, string migration, string? node);

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Namespace}/{Migration} is withdrawn: the node of pod {Pod} is no longer announced to go")]
    private static partial void Withdrawn(ILogger logger, string @namespace, string migration, string pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: not brought away, trying again")]
    private static partial void PodNotEvacuated(ILogger logger, Exception cause, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Announced nodes could not be looked at, trying again")]
    private static partial void NotEvacuated(ILogger logger, Exception cause);
}
