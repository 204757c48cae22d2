using k8s.Models;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Kubernetes.Queues;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Proposals;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>
/// Continuous rebalancing, policy by policy: plans that stand or run are taken one step further (<see cref="PlanMachine"/>), and where none runs another one is made
/// (<see cref="Proposer"/>). Changes only mark a policy; whatever is done starts from what is there.
/// </summary>
internal sealed partial class RebalanceController : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Moves end in bursts, and each look writes the whole status.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    private readonly ApiClient client;
    private readonly ClusterCache cache;
    private readonly LeaderLoop loop;
    private readonly Leadership leadership;
    private readonly PlanMaker maker;
    private readonly PlanWriter writer;
    private readonly Proposer proposer;
    private readonly Placeholders placeholders;
    private readonly PlanOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<RebalanceController> logger;
    private readonly WorkQueue<string> queue;

    public RebalanceController(
        ApiClient client, ClusterCache cache, LeaderLoop loop, Leadership leadership, PlanMaker maker, PlanWriter writer, Proposer proposer, Placeholders placeholders, PlanOptions options, TimeProvider clock,
        ILogger<RebalanceController> logger)
    {
        (this.client, this.cache, this.loop, this.leadership, this.maker, this.writer, this.proposer, this.placeholders, this.options, this.clock, this.logger) = (client, cache, loop, leadership, maker, writer, proposer, placeholders, options, clock, logger);
        queue = new WorkQueue<string>(clock);
        cache.Policies.OnChange(c => queue.Mark(c.Latest.Metadata.Name));
        cache.Plans.OnChange(c => queue.Mark(c.Latest.Spec.PolicyName));
        cache.Migrations.OnChange(c => Mark(c.Latest));
        cache.Pods.OnChange(c => Mark(c.Latest));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(queue, Begin, LookAsync, (policy, e) => NotLookedAt(logger, e, policy), RetryAfter, stoppingToken);

    private void Begin()
    {
        foreach (var plan in cache.Plans.List())
        {
            leadership.RaiseTo(plan.Status.LeaderEpoch ?? 0);
            queue.Mark(plan.Spec.PolicyName);
        }

        foreach (var policy in cache.Policies.List())
        {
            queue.Mark(policy.Metadata.Name);
        }
    }

    private void Mark(Migration migration)
    {
        if (migration.PlanName is { } name && cache.Plans.Get(null, name) is { } plan)
        {
            queue.Mark(plan.Spec.PolicyName, Gather);
        }
    }

    private void Mark(V1Pod pod)
    {
        if (Placeholder.Is(pod) && pod.Metadata.Labels.TryGetValue(Names.PlanLabel, out var name) && cache.Plans.Get(null, name) is { } plan)
        {
            queue.Mark(plan.Spec.PolicyName);
        }
    }

    private async Task LookAsync(string name, CancellationToken cancellation)
    {
        var policy = cache.Policies.Get(null, name);
        var rules = PolicyRules.Of(policy);
        foreach (var plan in PlansOf(name).Where(p => !PlanPhases.IsFinal(p.Status.Phase)).OrderBy(ProposalRule.MadeAt).ToList())
        {
            var step = await NextAsync(plan, policy, rules, cancellation);
            await TryWriteAsync(plan, step, rules, cancellation);
            if (step.LookAgainAfter is { } later) { queue.Mark(name, later); }
        }

        if (rules is not null && policy is not null && await proposer.ProposeAsync(policy, rules, cancellation) is { } again)
        {
            queue.Mark(name, again);
        }

        foreach (var old in ProposalRule.ToForget(PlansOf(name)))
        {
            await client.DeleteAsync(ApiResource.RebalancePlans, null, old.Metadata.Name, old.Metadata.Uid, null, cancellation);
        }
    }

    /// <summary>The expensive question is asked only where the rest has been answered: then the step is worked out again with it.</summary>
    private async Task<PlanStep> NextAsync(RebalancePlan plan, RebalancePolicy? policy, RebalanceRules? rules, CancellationToken cancellation)
    {
        var asked = false;
        var step = PlanMachine.Next(View(plan, policy, rules, () => { asked = true; return null; }));
        if (!asked)
        {
            return step;
        }

        var objection = await maker.ObjectionAsync(plan, rules!, cancellation);
        return PlanMachine.Next(View(plan, policy, rules, () => objection));
    }

    private PlanView View(RebalancePlan plan, RebalancePolicy? policy, RebalanceRules? rules, Func<string?> objection)
    {
        var now = clock.GetUtcNow();
        return new PlanView
        {
            Plan = plan,
            Now = now,
            Settle = options.Settle,
            Rules = rules,
            PolicyGeneration = policy?.Metadata.Generation ?? 0,
            Paused = PolicyRules.Paused(policy),
            BreakerOpenUntil = CircuitBreaker.OpenUntil(cache.Migrations.List(), now),
            Nodes = cache.Nodes.List().Count,
            Pods = cache.Pods.List().Count,
            Migration = i => cache.Migrations.Get(plan.Spec.Moves[i].Namespace, PlanMigrations.NameOf(plan, i)),
            Pod = m => cache.Pods.Get(m.Namespace, m.Pod) is { } pod ? PodMapping.ToModel(pod, []) : null,
            ArrivedNode = i => placeholders.NodeOf(plan, i),
            Objection = objection,
        }.Beside(cache.Plans.List());
    }

    private async Task TryWriteAsync(RebalancePlan plan, PlanStep step, RebalanceRules? rules, CancellationToken cancellation)
    {
        try
        {
            await writer.DoAsync(plan, step, rules, cancellation);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            queue.Mark(plan.Spec.PolicyName, Gather);
        }
    }

    private List<RebalancePlan> PlansOf(string policy) => [.. cache.Plans.List().Where(p => p.Spec.PolicyName == policy)];

    [LoggerMessage(Level = LogLevel.Warning, Message = "RebalancePolicy {Policy}: its plans were not looked at, trying again")]
    private static partial void NotLookedAt(ILogger logger, Exception cause, string policy);
}
