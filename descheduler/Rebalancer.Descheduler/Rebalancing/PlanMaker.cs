using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Rebalancing.Memory;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Makes plans from the cluster as it is, and asks of older ones whether they still hold in it.</summary>
internal sealed class PlanMaker(PlanningSnapshot snapshots, ClusterCache cache, PlanOptions options, TimeProvider clock)
{
    /// <param name="policy">Name of the policy.</param>
    /// <param name="rules">What it says.</param>
    /// <param name="cancellation">Ends the search.</param>
    public async Task<MovePlan> MakeAsync(string policy, RebalanceRules rules, CancellationToken cancellation)
    {
        var snapshot = await ReadAsync(rules, cancellation);
        var planner = new Planner(Doable(policy, rules), Hazards(snapshot), new SizeEstimates(), clock);
        return await Task.Run(() => planner.Plan(snapshot, new PlanBudget(options.Iterations, options.Time)), cancellation);
    }

    public async Task<string?> ObjectionAsync(RebalancePlan plan, RebalanceRules rules, CancellationToken cancellation)
    {
        var snapshot = await ReadAsync(rules, cancellation);
        var revision = new PlanRevision(rules.Plan, Hazards(snapshot), new SizeEstimates());
        return await Task.Run(() => revision.Objection(snapshot, PlanMigrations.PastMoves(plan)), cancellation);
    }

    /// <summary>Without nodes that are not there yet, where such nodes have not come lately.</summary>
    private PlanPolicy Doable(string policy, RebalanceRules rules)
        => NewNodes.MayBeAskedFor(cache.Plans.List().Where(p => p.Spec.PolicyName == policy), clock.GetUtcNow()) ? rules.Plan : rules.Plan with { OfferedTypes = [] };

    private async Task<ClusterSnapshot> ReadAsync(RebalanceRules rules, CancellationToken cancellation)
        => MoveMemory.Apply(await snapshots.ReadAsync(cancellation), cache.Migrations.List(), rules.CoolDowns, clock.GetUtcNow());

    private NodeHazard Hazards(ClusterSnapshot snapshot) => NodeHazard.Of(snapshot, clock);
}
