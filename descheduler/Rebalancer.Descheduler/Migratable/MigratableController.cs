using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Migratable;

/// <summary>Keeps the condition LiveMigratable of every pod current.</summary>
internal sealed partial class MigratableController : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Moves are more urgent, and pods change often while they start.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(1);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly LeaderLoop loop;
    private readonly MoveLimits limits;
    private readonly TimeProvider clock;
    private readonly ILogger<MigratableController> logger;
    private readonly WorkQueue<(string Namespace, string Name)> queue;

    public MigratableController(ApiClient client, ClusterCache cache, LeaderLoop loop, MoveLimits limits, TimeProvider clock, ILogger<MigratableController> logger)
    {
        (this.client, this.cache, this.loop, this.limits, this.clock, this.logger) = (client, cache, loop, limits, clock, logger);
        queue = new WorkQueue<(string, string)>(clock);
        cache.Pods.OnChange(c => Mark(c.After));
        cache.Nodes.OnChange(c => MarkNode(c.Before, c.After));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(queue, Begin, UpdateAsync, (pod, e) => NotWritten(logger, pod.Namespace, pod.Name, e.Message), RetryAfter, stoppingToken);

    private void Begin()
    {
        foreach (var pod in cache.Pods.List())
        {
            Mark(pod);
        }
    }

    private void Mark(V1Pod? pod)
    {
        if (pod?.Spec?.NodeName is { Length: > 0 })
        {
            queue.Mark((pod.Metadata.NamespaceProperty, pod.Metadata.Name), Settles);
        }
    }

    /// <summary>Nodes change every few seconds; only the coming and going of an agent matters.</summary>
    private void MarkNode(V1Node? before, V1Node? after)
    {
        var node = after ?? before!;
        if (HasAgent(before) != HasAgent(after))
        {
            foreach (var pod in cache.Pods.List().Where(p => p.Spec?.NodeName == node.Metadata.Name))
            {
                Mark(pod);
            }
        }
    }

    private static bool HasAgent(V1Node? node) => node?.Metadata.Annotations?.ContainsKey(Kubernetes.Api.Names.AgentEndpoint) == true;

    private async Task UpdateAsync((string Namespace, string Name) key, CancellationToken cancellation)
    {
        var (ns, name) = key;
        if (cache.Pods.Get(ns, name) is not { } pod
            || MigratableRule.Of(pod, cache.Nodes.Get(null, pod.Spec.NodeName ?? ""), () => cache.StorageOf(pod), limits, clock.GetUtcNow()) is not { } wanted
            || MigratableRule.IsCurrent(pod, wanted))
        {
            return;
        }

        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = pod.Metadata.Uid },
            ["status"] = new Dictionary<string, object> { ["conditions"] = new[] { wanted } },
        };
        try
        {
            cache.Pods.Observe(await client.StrategicMergeAsync<V1Pod>(ApiResource.Pods, ns, name, patch, cancellation, "status"));
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or another one by now; its own change marks that.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Pod}: whether it can move is not written: {Cause}")]
    private static partial void NotWritten(ILogger logger, string @namespace, string pod, string cause);
}
