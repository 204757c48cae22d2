using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Capacity;

/// <summary>Asks the cluster's autoscaler for room, where a pod has to leave and no node takes it, and for the new nodes of plans, and takes the request back when that is over.</summary>
internal sealed partial class CapacityController : BackgroundService
{
    /// <summary>There is one thing to look at: all of it.</summary>
    private const string Everything = "";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly EventRecorder events;
    private readonly LeaderLoop loop;
    private readonly DeschedulerOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<CapacityController> logger;
    private readonly WorkQueue<string> queue;

    public CapacityController(ApiClient client, ClusterCache cache, EventRecorder events, LeaderLoop loop, DeschedulerOptions options, TimeProvider clock, ILogger<CapacityController> logger)
    {
        (this.client, this.cache, this.events, this.loop, this.options, this.clock, this.logger) = (client, cache, events, loop, options, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Migrations.OnChange(c => Mark((c.Before is { } before && CapacityRule.Waits(before)) || (c.After is { } after && CapacityRule.Waits(after))));
        cache.Plans.OnChange(c => Mark(c.Latest.Spec.NewNodes.Count > 0));
        cache.Pods.OnChange(c => Mark(Placeholder.Is(c.Latest)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => loop.RunAsync(queue, () => Mark(true), LookAsync, (_, e) => NotAsked(logger, e), RetryAfter, stoppingToken);

    private void Mark(bool concerns)
    {
        if (concerns) { queue.Mark(Everything); }
    }

    private async Task LookAsync(string key, CancellationToken cancellation)
    {
        var step = CapacityRule.Next(cache.Migrations.List(), cache.Plans.List(), [.. cache.Pods.List().Where(Placeholder.Is)], clock.GetUtcNow());
        foreach (var placeholder in step.TakeBack)
        {
            await client.DeleteAsync(ApiResource.Pods, placeholder.Metadata.NamespaceProperty, placeholder.Metadata.Name, placeholder.Metadata.Uid, 0, cancellation);
        }

        foreach (var migration in step.Ask)
        {
            await AskAsync(migration, cancellation);
        }

        foreach (var (plan, number) in step.AskForPlans)
        {
            await AskAsync(plan, number, cancellation);
        }

        if (step.LookAgainAfter is { } later) { queue.Mark(Everything, later); }
    }

    private async Task AskAsync(Migration migration, CancellationToken cancellation)
    {
        if (cache.Pods.Get(migration.Metadata.NamespaceProperty, migration.Spec.PodName) is not { } pod)
        {
            return;
        }

        var placeholder = Placeholder.Of(migration, pod, PodMapping.ToModel(pod, []).Requests, cache.Nodes.Get(null, pod.Spec.NodeName ?? ""), options.Namespace);
        await CreateAsync(placeholder, EventSubject.Of(ApiResource.Migrations, migration.Metadata), "no node takes the pod", cancellation);
    }

    private async Task AskAsync(RebalancePlan plan, int number, CancellationToken cancellation)
    {
        var node = plan.Spec.NewNodes[number];
        var pods = plan.Spec.Moves.Where(m => m.TargetNode == node.Name).Select(m => cache.Pods.Get(m.Namespace, m.Pod)).OfType<V1Pod>().ToList();
        await CreateAsync(Placeholder.Of(plan, number, pods, cache.Nodes.Get(null, node.Like), options.Namespace), EventSubject.Of(ApiResource.RebalancePlans, plan.Metadata), $"the plan needs {node.Name}", cancellation);
    }

    private async Task CreateAsync(V1Pod placeholder, EventSubject subject, string why, CancellationToken cancellation)
    {
        try
        {
            await client.CreateAsync(ApiResource.Pods, options.Namespace, placeholder, cancellation);
            await events.TellAsync(subject, warning: false, "CapacityAsked", $"{why}: pod {options.Namespace}/{placeholder.Metadata.Name} asks the autoscaler for room", cancellation);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // The watch has not told of it yet.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Room was not asked for, trying again")]
    private static partial void NotAsked(ILogger logger, Exception cause);
}
