using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Policies;

/// <summary>Keeps the condition Ready of every RebalancePolicy current.</summary>
internal sealed partial class PolicyController : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly LeaderLoop loop;
    private readonly Leadership leadership;
    private readonly TimeProvider clock;
    private readonly ILogger<PolicyController> logger;
    private readonly WorkQueue<string> queue;

    public PolicyController(ApiClient client, ClusterCache cache, LeaderLoop loop, Leadership leadership, TimeProvider clock, ILogger<PolicyController> logger)
    {
        (this.client, this.cache, this.loop, this.leadership, this.clock, this.logger) = (client, cache, loop, leadership, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Policies.OnChange(c => queue.Mark(c.Latest.Metadata.Name));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(queue, Begin, UpdateAsync, (name, e) => NotWritten(logger, name, e.Message), RetryAfter, stoppingToken);

    private void Begin()
    {
        foreach (var policy in cache.Policies.List())
        {
            leadership.RaiseTo(policy.Status.LeaderEpoch ?? 0);
            queue.Mark(policy.Metadata.Name);
        }
    }

    private async Task UpdateAsync(string name, CancellationToken cancellation)
    {
        if (cache.Policies.Get(null, name) is not { } policy)
        {
            return;
        }

        var wanted = PolicyRule.Of(policy, clock.GetUtcNow());
        if (PolicyRule.IsCurrent(policy, wanted))
        {
            return;
        }

        var others = (policy.Status.Conditions ?? []).Where(c => c.Type != wanted.Type);
        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = policy.Metadata.Uid, ["resourceVersion"] = policy.Metadata.ResourceVersion },
            ["status"] = new RebalancePolicyStatus { ObservedGeneration = policy.Metadata.Generation ?? 0, LeaderEpoch = leadership.Epoch, Conditions = [.. others, wanted] },
        };
        try
        {
            cache.Policies.Observe(await client.MergeAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, name, patch, cancellation, "status"));
        }
        catch (ApiException e) when (e.IsNotFound || e.Code == System.Net.HttpStatusCode.Conflict)
        {
            // Gone, or another one by now; its own change marks that.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "RebalancePolicy {Policy}: whether it makes sense is not written: {Cause}")]
    private static partial void NotWritten(ILogger logger, string policy, string cause);
}
