using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Queues;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Release;
using k8s.Models;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Sees emptied nodes off, or gives them back.</summary>
internal sealed partial class ReleaseController : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly EventRecorder events;
    private readonly NodeReleaser releaser;
    private readonly LeaderLoop loop;
    private readonly TimeProvider clock;
    private readonly ILogger<ReleaseController> logger;
    private readonly WorkQueue<string> queue;

    public ReleaseController(ApiClient client, ClusterCache cache, EventRecorder events, NodeReleaser releaser, LeaderLoop loop, TimeProvider clock, ILogger<ReleaseController> logger)
    {
        (this.client, this.cache, this.events, this.releaser, this.loop, this.clock, this.logger) = (client, cache, events, releaser, loop, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Nodes.OnChange(c => Mark(c.After));
        cache.Pods.OnChange(c => Mark(c.Latest.Spec?.NodeName is { Length: > 0 } name ? cache.Nodes.Get(null, name) : null));
        cache.Plans.OnChange(c => MarkOf(c.Latest.Metadata.Name));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(queue, () => MarkOf(null), LookAsync, (node, e) => NotReleased(logger, e, node), RetryAfter, stoppingToken);

    private void MarkOf(string? plan)
    {
        foreach (var node in cache.Nodes.List().Where(n => plan is null || NodeRelease.PlanOf(n) == plan))
        {
            Mark(node);
        }
    }

    private void Mark(V1Node? node)
    {
        if (node is not null && NodeRelease.PlanOf(node) is not null) { queue.Mark(node.Metadata.Name); }
    }

    private async Task LookAsync(string name, CancellationToken cancellation)
    {
        if (cache.Nodes.Get(null, name) is not { } node || NodeRelease.PlanOf(node) is not { } planName)
        {
            return;
        }

        var plan = cache.Plans.Get(null, planName);
        var rules = (plan is null ? null : PolicyRules.Of(cache.Policies.Get(null, plan.Spec.PolicyName))?.Release) ?? NodeReleaseRules.Default;
        var decision = NodeRelease.Of(node, plan, cache.Pods.List().Any(p => p.Spec?.NodeName == name && Keeps(p)), rules, clock.GetUtcNow());
        switch (decision.Step)
        {
            case ReleaseStep.Release:
                // Told first and written down afterwards: who is told twice finds the node the same.
                await releaser.ReleaseAsync(node, planName, rules, cancellation);
                await NodeTaints.SetAsync(client, cache, node, planName, clock.GetUtcNow(), cancellation);
                await events.TellAsync(EventSubject.Of(ApiResource.Nodes, node.Metadata), warning: false, "Emptied", $"plan {planName} has emptied it: {Who(rules)} is to take it away", cancellation);
                break;
            case ReleaseStep.GiveBack:
                await NodeTaints.SetAsync(client, cache, node, null, null, cancellation);
                await events.TellAsync(EventSubject.Of(ApiResource.Nodes, node.Metadata), warning: false, "GivenBack", $"it takes pods again: {decision.Why}", cancellation);
                break;
        }

        if (decision.LookAgainAfter is { } later) { queue.Mark(name, later); }
    }

    /// <summary>Pods of DaemonSets and static ones go with the node, and what has ended holds nothing.</summary>
    private static bool Keeps(V1Pod pod)
        => pod.Status?.Phase is not ("Succeeded" or "Failed") && pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") != true;

    private static string Who(NodeReleaseRules rules) => rules.Method switch
    {
        NodeReleaseMethod.NodeClaim => "Karpenter",
        NodeReleaseMethod.Webhook => rules.Url?.Host ?? "the webhook",
        _ => "the cluster's autoscaler",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: neither released nor given back, trying again")]
    private static partial void NotReleased(ILogger logger, Exception cause, string node);
}
