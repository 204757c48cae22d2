using Prometheus;
using Rebalancer.Ledger.Accounting;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>The ledger's totals of the last 30 days, worked out every few minutes. Every replica has its own ledger: take the maximum over replicas, not the sum.</summary>
internal sealed class LedgerMetrics
{
    /// <summary>A total that only grew could not follow a node that comes back, and a ledger that forgets.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    /// <summary>Without a ledger there is no figure, not a figure of 0.</summary>
    private static readonly GaugeConfiguration Silent = new() { SuppressInitialValue = true };
    private readonly Gauge predictedRate = Metrics.CreateGauge("rebalancer_savings_predicted_usd_per_hour", "What plans whose horizon lasts have promised, US dollars per hour.", Silent);
    private readonly Gauge realisedRate = Metrics.CreateGauge("rebalancer_savings_realised_usd_per_hour", "Nodes of these plans that are gone, less new ones, US dollars per hour.", Silent);
    private readonly Gauge predicted = Metrics.CreateGauge("rebalancer_savings_predicted_usd", "What plans that ran have promised, for the last 30 days.", Silent);
    private readonly Gauge realised = Metrics.CreateGauge("rebalancer_savings_realised_usd", "What came of it: nodes that were gone, less new ones, before the cost of moves, in the last 30 days.", Silent);
    private readonly Gauge net = Metrics.CreateGauge("rebalancer_savings_net_usd", "Realised, less the cost of moves, and with avoided losses, in the last 30 days.", Silent);
    private readonly Gauge moving = Metrics.CreateGauge("rebalancer_savings_move_cost_usd", "What moves of the last 30 days cost: freeze, bytes, restart.", ["kind"], Silent);
    private readonly Gauge avoided = Metrics.CreateGauge("rebalancer_savings_avoided_loss_usd", "Restarts that did not happen in the last 30 days, since pods left their nodes in time.", Silent);
    private readonly Gauge nodes = Metrics.CreateGauge("rebalancer_cluster_cost_usd_per_hour", "What the nodes that are there cost, US dollars per hour.", Silent);
    private readonly Gauge size = Metrics.CreateGauge("rebalancer_ledger_size_bytes", "Of the ledger's data.", Silent);
    private readonly Gauge queued = Metrics.CreateGauge("rebalancer_ledger_queued_entries", "Objects that have changed and are not in the ledger yet.");
    private readonly Counter failures = Metrics.CreateCounter("rebalancer_ledger_write_failures_total", "Writes of the ledger that failed, and were tried again.");
    private readonly Counter drops = Metrics.CreateCounter("rebalancer_ledger_dropped_total", "Changes that the queue could not hold; the cluster was looked at again afterwards.");

    public void Watch(ObservationQueue queue) => Metrics.DefaultRegistry.AddBeforeCollectCallback(() => queued.Set(queue.Count));

    public void Failed() => failures.Inc();

    public void Dropped() => drops.Inc();

    public void Set(SavingsReport report, long sizeBytes)
    {
        var totals = report.Totals;
        predictedRate.Set((double)totals.PredictedUsdPerHour);
        realisedRate.Set((double)totals.RealisedUsdPerHour);
        predicted.Set((double)totals.PredictedUsd);
        realised.Set((double)totals.RealisedUsd);
        net.Set((double)totals.NetUsd);
        moving.WithLabels("freeze").Set((double)totals.FreezeUsd);
        moving.WithLabels("bytes").Set((double)totals.BytesUsd);
        moving.WithLabels("restart").Set((double)totals.RestartUsd);
        avoided.Set((double)totals.AvoidedUsd);
        nodes.Set((double)report.NodesUsdPerHour);
        size.Set(sizeBytes);
    }
}
