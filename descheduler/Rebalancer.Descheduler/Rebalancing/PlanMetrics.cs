using Prometheus;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Planning;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>What plans find, what becomes of them, and whether they undo each other.</summary>
internal sealed class PlanMetrics
{
    /// <summary>A pod that plans move again within this was moved in vain.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(30);

    private readonly ClusterCache cache;
    private readonly Counter made = Metrics.CreateCounter("rebalancer_plan_made_total", "Plans that were made, kept or not, by verdict.", "verdict");
    private readonly Counter ended = Metrics.CreateCounter("rebalancer_plan_ended_total", "Plans that ended, by phase and reason.", "phase", "reason");
    private readonly Counter moves = Metrics.CreateCounter("rebalancer_plan_moves_total", "Moves of plans that ended, by phase.", "phase");
    private readonly Counter again = Metrics.CreateCounter("rebalancer_plan_moves_again_total", "Moves of plans that succeeded, of pods that a plan had moved less than 30 min before.");
    private readonly Histogram seconds = Metrics.CreateHistogram(
        "rebalancer_plan_planning_seconds", "How long a plan was sought.", new HistogramConfiguration { Buckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] });

    public PlanMetrics(ClusterCache cache)
    {
        this.cache = cache;
        cache.Plans.OnChange(Count);
        cache.Migrations.OnChange(Count);
    }

    public void Made(PlanVerdict verdict, TimeSpan took)
    {
        made.WithLabels(verdict.ToString()).Inc();
        seconds.Observe(took.TotalSeconds);
    }

    private void Count(Change<RebalancePlan> change)
    {
        if (change is { Before: { } before, After: { } after } && !PlanPhases.IsFinal(before.Status.Phase) && PlanPhases.IsFinal(after.Status.Phase))
        {
            ended.WithLabels(after.Status.Phase!, after.Status.Reason ?? "").Inc();
        }
    }

    private void Count(Change<Migration> change)
    {
        if (change is not { Before: { } before, After: { } after } || Phases.IsFinal(before.Status.Phase) || !Phases.IsFinal(after.Status.Phase) || after.PlanName is null)
        {
            return;
        }

        moves.WithLabels(after.Status.Phase!).Inc();
        if (after.Status.Phase == Phases.Succeeded && cache.Migrations.List().Any(m => m.PlanName is not null && m.Status.Claim?.PodUID == after.Status.PodUID && after.Status.CompletedAt - m.Status.CompletedAt < Soon))
        {
            again.Inc();
        }
    }
}
