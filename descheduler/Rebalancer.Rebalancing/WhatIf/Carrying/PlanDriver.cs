using Rebalancer.Kubernetes.Api;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Rebalancing.Proposals;
using Rebalancer.Rebalancing.Running;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>
/// The service's loop over one policy's plans, in memory: the same decisions are asked in the same order, and what they say is done to the simulated cluster. With a share of
/// the looks the leader dies after a part of what it was about to write.
/// </summary>
internal sealed class PlanDriver : IPlanDriver
{
    private const string PolicyName = "simulated";
    private const long Generation = 1;

    private readonly SimulatedCluster cluster;
    private readonly PlanMoves moves;
    private readonly Agenda agenda;
    private readonly RebalanceRules rules;
    private readonly SimulationOptions options;
    private readonly IMoveEstimates estimates;
    private readonly Invariants invariants;
    private readonly Releases releases;
    private readonly Placeholders placeholders;
    private readonly Random chance;
    private readonly List<RebalancePlan> plans = [];
    private DateTimeOffset? due;
    private long seen = -1;

    public PlanDriver(DrivenWorld world, SimulationOptions options, IMoveEstimates estimates)
    {
        (cluster, moves, agenda, rules, invariants) = (world.Cluster, world.Moves, world.Agenda, world.Rules, world.Invariants);
        (this.options, this.estimates) = (options, estimates);
        releases = new Releases(cluster, agenda, rules.Release);
        placeholders = new Placeholders(world.Scheduling, () => LookAfter(TimeSpan.Zero));
        chance = new Random(options.Seed);
        moves.Ended = () => LookAfter(MoveTimes.Look);
    }

    public int Made { get; private set; }

    public int Proposed { get; private set; }

    public int Begun { get; private set; }

    public int Completed { get; private set; }

    /// <summary>Nodes of other types that plans have asked for.</summary>
    public int NodesAdded => placeholders.Ordered;

    /// <summary>A plan is made where none runs and something has changed, as the service makes them.</summary>
    public void Step()
    {
        if (plans.Exists(p => p.Status.Phase == PlanPhases.Running) || cluster.Changes == seen)
        {
            return;
        }

        seen = cluster.Changes;
        var snapshot = moves.Read();
        var policy = NewNodes.MayBeAskedFor(plans, agenda.Now) ? rules.Plan : rules.Plan with { OfferedTypes = [] };
        var plan = new Planner(policy, NodeHazard.Of(snapshot, agenda), estimates, agenda).Plan(snapshot, new PlanBudget(options.Iterations, null, options.Seed));
        Made++;
        if (!ProposalRule.IsNews(plan, ProposalRule.Standing(plans)))
        {
            return;
        }

        var proposal = Proposal.Of(plan, PolicyName, Generation, agenda.Now);
        (proposal.Metadata.Uid, proposal.Metadata.CreationTimestamp) = (proposal.Metadata.Name, agenda.Now.UtcDateTime);
        plans.Add(proposal);
        Proposed++;
        LookAfter(TimeSpan.Zero);
    }

    /// <summary>Several that are asked for become one, at the earliest of their times.</summary>
    private void LookAfter(TimeSpan time)
    {
        var at = agenda.Now + (time > MoveTimes.Look ? time : MoveTimes.Look);
        if (due <= at)
        {
            return;
        }

        due = at;
        agenda.At(at, () =>
        {
            if (due == at)
            {
                due = null;
                Look();
            }
        });
    }

    private void Look()
    {
        foreach (var plan in plans.Where(p => !PlanPhases.IsFinal(p.Status.Phase)).OrderBy(ProposalRule.MadeAt).ToList())
        {
            var step = PlanMachine.Next(View(plan));
            Write(plan, step);
            if (step.LookAgainAfter is { } later) { LookAfter(later); }
        }

        placeholders.Look(plans);
        if (releases.Look(plans) is { } again) { LookAfter(again); }
        foreach (var old in ProposalRule.ToForget(plans)) { plans.Remove(old); }
    }

    /// <summary>In the order in which the service writes: status, marks on nodes, Migrations, aborts.</summary>
    private void Write(RebalancePlan plan, PlanStep step)
    {
        var writes = new List<Action> { () => Say(plan, step.Status), () => Mark(plan, step) };
        writes.AddRange(step.Begin.Select<int, Action>(number => () => Begin(plan, number)));
        writes.AddRange(step.Abort.Select<string, Action>(name => () => moves.Abort(name)));
        var dies = options.Faults.LeaderChangeShare > 0 && chance.NextDouble() < options.Faults.LeaderChangeShare;
        var last = dies ? chance.Next(writes.Count) : writes.Count;
        writes.Take(last).ToList().ForEach(write => write());
        if (dies) { LookAfter(MoveTimes.LeaderChange); }
    }

    private void Say(RebalancePlan plan, RebalancePlanStatus status)
    {
        Begun += status.Phase == PlanPhases.Running && plan.Status.Phase != PlanPhases.Running ? 1 : 0;
        Completed += status.Phase == PlanPhases.Completed ? 1 : 0;
        plan.Status = status;
    }

    private void Mark(RebalancePlan plan, PlanStep step)
    {
        foreach (var node in cluster.Nodes.Values)
        {
            var isMarked = node.EmptiedBy == plan.Metadata.Name;
            if (step.Turns(node.Info.Name, isMarked)) { node.Mark(isMarked ? null : plan.Metadata.Name); }
        }
    }

    private void Begin(RebalancePlan plan, int number)
    {
        if (plan.Spec.Moves[number].IsEviction)
        {
            moves.Evict(plan.Spec.Moves[number]);
            return;
        }

        if (moves.Begin(PlanMigrations.Of(plan, number, rules.Plan))) { invariants.AfterBegin(moves.Running, cluster); }
    }

    private PlanView View(RebalancePlan plan) => new PlanView
    {
        Plan = plan,
        Now = agenda.Now,
        Rules = rules,
        PolicyGeneration = Generation,
        BreakerOpenUntil = CircuitBreaker.OpenUntil(moves.All, agenda.Now),
        Nodes = cluster.Nodes.Count,
        Pods = cluster.Pods.Count,
        Migration = i => moves.Find(PlanMigrations.NameOf(plan, i)),
        Pod = m => cluster.Pods.GetValueOrDefault($"{m.Namespace}/{m.Pod}")?.Info,
        ArrivedNode = number => placeholders.NodeOf(plan, number),
        Objection = () => Objection(plan),
    }.Beside(plans);

    private string? Objection(RebalancePlan plan)
    {
        var snapshot = moves.Read();
        return new PlanRevision(rules.Plan, NodeHazard.Of(snapshot, agenda), estimates).Objection(snapshot, PlanMigrations.PastMoves(plan));
    }
}
