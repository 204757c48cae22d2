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
    /// <summary>More than any budget of time lets through.</summary>
    private const int Iterations = 1_000_000;

    public async Task<MovePlan> MakeAsync(RebalanceRules rules, CancellationToken cancellation)
    {
        var snapshot = await ReadAsync(rules, cancellation);
        var planner = new Planner(Doable(rules), Hazards(snapshot), new SizeEstimates(), clock);
        return await Task.Run(() => planner.Plan(snapshot, new PlanBudget(Iterations, options.Time)), cancellation);
    }

    public async Task<string?> ObjectionAsync(RebalancePlan plan, RebalanceRules rules, CancellationToken cancellation)
    {
        var snapshot = await ReadAsync(rules, cancellation);
        var revision = new PlanRevision(rules.Plan, Hazards(snapshot), new SizeEstimates());
        return await Task.Run(() => revision.Objection(snapshot, PlanMigrations.PastMoves(plan)), cancellation);
    }

    /// <summary>Nodes that are not there yet can only be shown: nobody would make them for a plan that is carried out.</summary>
    private static PlanPolicy Doable(RebalanceRules rules) => rules.Mode == RebalanceMode.Observe ? rules.Plan : rules.Plan with { OfferedTypes = [] };

    private async Task<ClusterSnapshot> ReadAsync(RebalanceRules rules, CancellationToken cancellation)
        => MoveMemory.Apply(await snapshots.ReadAsync(cancellation), cache.Migrations.List(), rules.CoolDowns, clock.GetUtcNow());

    private NodeHazard Hazards(ClusterSnapshot snapshot) => NodeHazard.Of(snapshot, clock);
}
