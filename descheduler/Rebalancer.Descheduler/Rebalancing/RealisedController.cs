using k8s;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Queues;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Writes into plans that were carried out what they have really brought, as the ledger has it, for as long as their horizon lasts. Without a ledger nothing is measured.</summary>
internal sealed partial class RealisedController : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>The ledger learns of a node's end as this does, and writes it a second later.</summary>
    private static readonly TimeSpan AfterChange = TimeSpan.FromSeconds(3);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly LedgerFile ledger;
    private readonly LeaderLoop loop;
    private readonly Leadership leadership;
    private readonly TimeProvider clock;
    private readonly ILogger<RealisedController> logger;
    private readonly WorkQueue<string> queue;

    public RealisedController(ApiClient client, ClusterCache cache, LedgerFile ledger, LeaderLoop loop, Leadership leadership, TimeProvider clock, ILogger<RealisedController> logger)
    {
        (this.client, this.cache, this.ledger, this.loop, this.leadership, this.clock, this.logger) = (client, cache, ledger, loop, leadership, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Plans.OnChange(c => Mark(c.After));
        cache.Nodes.OnChange(c => MarkAll(c.After is null));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => ledger.Store is null ? Task.CompletedTask : loop.RunAsync(queue, () => MarkAll(true), MeasureAsync, (plan, e) => NotMeasured(logger, e, plan), Every, stoppingToken);

    private void MarkAll(bool isNews)
    {
        foreach (var plan in isNews ? cache.Plans.List() : []) { Mark(plan); }
    }

    private void Mark(RebalancePlan? plan)
    {
        if (plan is { Status: { StartedAt: not null, CompletedAt: not null } }) { queue.Mark(plan.Metadata.Name, AfterChange); }
    }

    private async Task MeasureAsync(string name, CancellationToken cancellation)
    {
        if (cache.Plans.Get(null, name) is not { Status: { StartedAt: { } started, CompletedAt: not null } } plan)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var account = new Account(ledger.Store!.Read(started), new Period(Exact.Instant(started), Exact.Instant(now)));
        if (account.Plans.FirstOrDefault(p => p.Uid == plan.Metadata.Uid) is not { } entry)
        {
            // The ledger has not written it yet, or its horizon is over.
            queue.Mark(name, Every);
            return;
        }

        await WriteAsync(plan, Realised.Of(entry, [.. account.GoneOf(entry)], [.. account.AddedOf(entry)], account.MovesOf(entry), account.Period).ToStatus(now), cancellation);
        if (now < entry.HorizonEnd) { queue.Mark(name, Every); }
    }

    private async Task WriteAsync(RebalancePlan plan, RealisedSavings realised, CancellationToken cancellation)
    {
        // The instant alone is no news.
        if (plan.Status.Realised is { } known)
        {
            var same = new RealisedSavings { MeasuredAt = known.MeasuredAt, UsdPerHourSaved = realised.UsdPerHourSaved, UsdMoving = realised.UsdMoving, SucceededMoves = realised.SucceededMoves, FailedMoves = realised.FailedMoves, FreezeMs = realised.FreezeMs, NodesGone = realised.NodesGone };
            if (KubernetesJson.Serialize(same) == KubernetesJson.Serialize(known)) { return; }
        }

        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = plan.Metadata.Uid, ["resourceVersion"] = plan.Metadata.ResourceVersion },
            ["status"] = new Dictionary<string, object> { ["leaderEpoch"] = leadership.Epoch, ["realised"] = realised },
        };
        cache.Plans.Observe(await client.MergeAsync<RebalancePlan>(ApiResource.RebalancePlans, null, plan.Metadata.Name, patch, cancellation, "status"));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Plan {Plan}: what it has brought is not written, trying again")]
    private static partial void NotMeasured(ILogger logger, Exception cause, string plan);
}
