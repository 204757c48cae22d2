using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Kubernetes.Queues;
using Rebalancer.Model;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>
/// Where a policy asks for it, has pods of nodes of high risk copied ahead of a notice, and gives the copies up when the risk has passed. The notice itself is
/// the InterruptionController's, which lets them go.
/// </summary>
internal sealed partial class AheadController : BackgroundService
{
    /// <summary>The one key: nodes share what copies take.</summary>
    private const string Everything = "";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Hazards change by themselves, as time passes.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly MoveLimits limits;
    private readonly LeaderLoop loop;
    private readonly TimeProvider clock;
    private readonly ILogger<AheadController> logger;
    private readonly WorkQueue<string> queue;

    public AheadController(ApiClient client, ClusterCache cache, MoveLimits limits, LeaderLoop loop, TimeProvider clock, ILogger<AheadController> logger)
    {
        (this.client, this.cache, this.limits, this.loop, this.clock, this.logger) = (client, cache, limits, loop, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Policies.OnChange(_ => queue.Mark(Everything, Gather));
        cache.Nodes.OnChange(c => MarkIf(IsRecommended(c.Before) != IsRecommended(c.After)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => loop.RunAsync(queue, () => queue.Mark(Everything), (_, cancellation) => LookAsync(cancellation), (_, e) => NotLooked(logger, e), RetryAfter, stoppingToken);

    private static bool IsRecommended(k8s.Models.V1Node? node) => node is not null && NodeRisk.Of(node, 0).IsRecommendedToLeave;

    private void MarkIf(bool isConcerned)
    {
        if (isConcerned)
        {
            queue.Mark(Everything, Gather);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        List<AheadPolicy> policies = [.. cache.Policies.List().Select(AheadPolicy.Of).OfType<AheadPolicy>()];
        var migrations = cache.Migrations.List();
        // Without a policy any more, what it began is given up.
        if (policies.Count == 0 && !Hold.Open(migrations).Any(AheadTries.AreOf))
        {
            return;
        }

        queue.Mark(Everything, Period);
        var nodes = cache.Nodes.List();
        var models = nodes.ToDictionary(n => n.Metadata.Name, n => NodeMapping.ToModel(n, []), StringComparer.Ordinal);
        var hazard = NodeHazard.Of(new ClusterSnapshot([.. models.Values], [], []), clock);
        var risks = nodes.ToDictionary(n => n.Metadata.Name, n => NodeRisk.Of(n, hazard.HazardOf(models[n.Metadata.Name]).PerHour), StringComparer.Ordinal);
        var plan = AheadRule.Plan(new EvacuationView(nodes, cache.Pods.List(), migrations, limits, clock.GetUtcNow()), policies, risks);
        foreach (var migration in plan.Withdraw)
        {
            await WithdrawAsync(migration, cancellation);
        }

        if (!plan.Create.IsEmpty)
        {
            foreach (var migration in AheadTargets.Choose(plan.Create, cache.Snapshot(null), migrations, risks))
            {
                await CreateAsync(migration, cancellation);
            }
        }
    }

    private async Task CreateAsync(Migration migration, CancellationToken cancellation)
    {
        var ns = migration.Metadata.NamespaceProperty;
        try
        {
            cache.Migrations.Observe(await client.CreateAsync(ApiResource.Migrations, ns, migration, cancellation));
            Copies(logger, ns, migration.Spec.PodName, migration.Spec.TargetNode!, migration.Metadata.Name);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // One that was withdrawn is not gone yet, or the watch is behind: the next look knows.
        }
    }

    private async Task WithdrawAsync(Migration migration, CancellationToken cancellation)
    {
        var (ns, name) = (migration.Metadata.NamespaceProperty, migration.Metadata.Name);
        if (await client.DeleteAsync(ApiResource.Migrations, ns, name, migration.Metadata.Uid, null, cancellation))
        {
            Withdrawn(logger, ns, name, migration.Spec.PodName, migration.Status.SourceNode ?? "");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Namespace}/{Pod} is copied to {Target} ahead of a notice by Migration {Migration}")]
    private static partial void Copies(ILogger logger, string @namespace, string pod, string target, string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Namespace}/{Migration} is withdrawn: the risk of node {Node}, where pod {Pod} is, has passed, or no policy asks for it")]
    private static partial void Withdrawn(ILogger logger, string @namespace, string migration, string pod, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The risk of nodes could not be looked at, trying again")]
    private static partial void NotLooked(ILogger logger, Exception cause);
}
