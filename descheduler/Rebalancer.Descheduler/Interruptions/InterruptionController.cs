using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>Turns the announced end of a node into one Migration for every pod that can leave it.</summary>
internal sealed partial class InterruptionController : BackgroundService
{
    private const int MaxTold = 10_000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

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
        cache.Nodes.OnChange(c => Mark(c.After));
        cache.Pods.OnChange(c => Mark(c.After?.Spec?.NodeName is { Length: > 0 } name ? cache.Nodes.Get(null, name) : null));
        cache.Migrations.OnChange(c => MarkEnds(c.After));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(queue, Begin, EvacuateAsync, (name, e) => NotEvacuated(logger, e, name), RetryAfter, stoppingToken);

    private void Begin()
    {
        foreach (var node in cache.Nodes.List())
        {
            Mark(node);
        }
    }

    /// <summary>A pod that stayed may be tried again; one that came may have to leave again.</summary>
    private void MarkEnds(Migration? migration)
    {
        foreach (var name in Phases.IsFinal(migration?.Status.Phase) ? new[] { migration!.Status.SourceNode, migration.Status.TargetNode } : [])
        {
            Mark(name is null ? null : cache.Nodes.Get(null, name));
        }
    }

    private void Mark(V1Node? node)
    {
        var announced = node?.Metadata.Annotations?.ContainsKey(Names.TerminatesAt) == true
            || node?.Spec?.Taints?.Any(t => t.Key == Names.InterruptionTaint) == true;
        if (announced)
        {
            queue.Mark(node!.Metadata.Name);
        }
    }

    private async Task EvacuateAsync(string name, CancellationToken cancellation)
    {
        if (cache.Nodes.Get(null, name) is not { } node)
        {
            return;
        }

        await TaintAsync(node, cancellation);
        var plan = Evacuation.Plan(node, cache.Pods.List().Where(p => p.Spec?.NodeName == name), cache.Migrations.List(), limits, clock.GetUtcNow());
        foreach (var problem in plan.Problems)
        {
            await TellOnceAsync(EventSubject.Of(ApiResource.Nodes, node.Metadata), "InvalidAnnotation", problem.ToString(), cancellation);
        }

        foreach (var migration in plan.Create)
        {
            await CreateAsync(name, migration, cancellation);
        }

        if (plan.LookAgainAfter is { } later)
        {
            queue.Mark(name, later);
        }

        foreach (var (pod, refusal) in plan.Immovable)
        {
            await TellOnceAsync(EventSubject.Of(ApiResource.Pods, pod.Metadata), refusal.Reason, $"cannot leave node {name} live: {refusal.Message}", cancellation);
        }
    }

    /// <summary>A conflict ends this look; the change that caused it brings the next.</summary>
    private async Task TaintAsync(V1Node node, CancellationToken cancellation)
    {
        if (DeadlineTaint.Change(node) is not { } taints)
        {
            return;
        }

        var patch = new JsonPatch().Test("/metadata/resourceVersion", node.Metadata.ResourceVersion).Set("/spec/taints", taints);
        cache.Nodes.Observe(await client.PatchAsync<V1Node>(ApiResource.Nodes, null, node.Metadata.Name, patch, cancellation));
    }

    private async Task CreateAsync(string node, Migration migration, CancellationToken cancellation)
    {
        try
        {
            await client.CreateAsync(ApiResource.Migrations, migration.Metadata.NamespaceProperty, migration, cancellation);
            Evacuating(logger, migration.Metadata.NamespaceProperty, migration.Spec.PodName, node, migration.Spec.Deadline);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // The watch has not told of it yet.
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Namespace}/{Pod} leaves node {Node}, which goes away at {Deadline:O}")]
    private static partial void Evacuating(ILogger logger, string @namespace, string pod, string node, DateTimeOffset? deadline);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: evacuation not started, trying again")]
    private static partial void NotEvacuated(ILogger logger, Exception cause, string node);
}
