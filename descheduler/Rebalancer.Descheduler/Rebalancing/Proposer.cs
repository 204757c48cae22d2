using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Proposals;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Makes a plan for a policy when one is due, keeps it where it is news, and says in the policy's condition Planned what came out.</summary>
internal sealed partial class Proposer
{
    /// <summary>So many times as long as a plan takes pass until the next one.</summary>
    private const int RestPerWork = 10;

    /// <summary>As the schema has it.</summary>
    private const int MaxMessageLength = 32768;

    private const int MaxNodes = 5;

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly Leadership leadership;
    private readonly PlanMaker maker;
    private readonly PlanOptions options;
    private readonly PlanMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<Proposer> logger;
    private readonly Dictionary<string, (DateTimeOffset Due, long Seen, long Generation)> last = new(StringComparer.Ordinal);
    private long changes;

    public Proposer(ApiClient client, ClusterCache cache, Leadership leadership, PlanMaker maker, PlanOptions options, PlanMetrics metrics, TimeProvider clock, ILogger<Proposer> logger)
    {
        (this.client, this.cache, this.leadership, this.maker, this.options, this.metrics, this.clock, this.logger) = (client, cache, leadership, maker, options, metrics, clock, logger);
        cache.Nodes.OnChange(_ => Interlocked.Increment(ref changes));
        cache.Pods.OnChange(_ => Interlocked.Increment(ref changes));
        cache.Budgets.OnChange(_ => Interlocked.Increment(ref changes));
    }

    /// <returns>When to ask again; null: when something about plans changes.</returns>
    public async Task<TimeSpan?> ProposeAsync(RebalancePolicy policy, RebalanceRules rules, CancellationToken cancellation)
    {
        var (name, generation) = (policy.Metadata.Name, policy.Metadata.Generation ?? 0);
        var now = clock.GetUtcNow();
        var known = last.GetValueOrDefault(name);
        if (cache.Plans.List().Any(p => p.Status.Phase == PlanPhases.Running))
        {
            return options.Interval;
        }

        var isDue = known.Generation != generation || now >= known.Due;
        var seen = Interlocked.Read(ref changes);
        if (!isDue || (known.Generation == generation && known.Seen == seen))
        {
            return isDue ? options.Interval : known.Due - now;
        }

        var start = clock.GetTimestamp();
        MovePlan plan;
        try
        {
            plan = await maker.MakeAsync(name, rules, cancellation);
        }
        catch (ApiException e)
        {
            await SayAsync(policy, false, PolicyConditions.NotPlanned, e.Message, cancellation);
            throw;
        }

        var took = clock.GetElapsedTime(start);
        var rest = took * RestPerWork > options.Interval ? took * RestPerWork : options.Interval;
        last[name] = (clock.GetUtcNow() + rest, seen, generation);
        metrics.Made(plan.Verdict, took);
        await KeepAsync(plan, policy, cancellation);
        await SayAsync(policy, plan.Verdict == PlanVerdict.Act, plan.Verdict.ToString(), Explain(plan), cancellation);
        return rest;
    }

    private async Task KeepAsync(MovePlan plan, RebalancePolicy policy, CancellationToken cancellation)
    {
        var standing = ProposalRule.Standing(cache.Plans.List().Where(p => p.Spec.PolicyName == policy.Metadata.Name && p.Spec.PolicyGeneration == policy.Metadata.Generation));
        if (!ProposalRule.IsNews(plan, standing))
        {
            return;
        }

        var proposal = Proposal.Of(plan, policy.Metadata.Name, policy.Metadata.Generation ?? 0, clock.GetUtcNow());
        try
        {
            await client.CreateAsync(ApiResource.RebalancePlans, null, proposal, cancellation);
            Proposed(logger, proposal.Metadata.Name, plan.Reason);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // Two within a second; the next look makes another.
        }
    }

    private async Task SayAsync(RebalancePolicy policy, bool pays, string reason, string text, CancellationToken cancellation)
    {
        var known = policy.Status.Conditions?.FirstOrDefault(c => c.Type == PolicyConditions.Planned);
        var status = pays ? "True" : "False";
        var message = text.Length > MaxMessageLength ? text[..MaxMessageLength] : text;
        if (known is not null && (known.Status, known.Reason, known.Message) == (status, reason, message))
        {
            return;
        }

        var condition = new V1Condition
        {
            Type = PolicyConditions.Planned,
            Status = status,
            Reason = reason,
            Message = message,
            ObservedGeneration = policy.Metadata.Generation,
            LastTransitionTime = known?.Status == status ? known.LastTransitionTime : clock.GetUtcNow().UtcDateTime,
        };
        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = policy.Metadata.Uid, ["resourceVersion"] = policy.Metadata.ResourceVersion },
            ["status"] = new Dictionary<string, object> { ["leaderEpoch"] = leadership.Epoch, ["conditions"] = (policy.Status.Conditions ?? []).Where(c => c.Type != condition.Type).Append(condition).ToList() },
        };
        try
        {
            cache.Policies.Observe(await client.MergeAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, policy.Metadata.Name, patch, cancellation, "status"));
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // The next plan says it.
        }
    }

    /// <summary>Where nothing is to be done, also why the dearest nodes stay.</summary>
    private static string Explain(MovePlan plan)
    {
        var stay = plan.Verdict == PlanVerdict.Act ? [] : plan.KeptNodes.OrderByDescending(n => n.Price.PerHour).ThenBy(n => n.Name, StringComparer.Ordinal).Take(MaxNodes).Select(n => $"{n.Name} stays: {n.Reason}");
        return string.Join("; ", stay.Prepend(plan.Reason));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Plan {Plan}: {Reason}")]
    private static partial void Proposed(ILogger logger, string plan, string reason);
}
