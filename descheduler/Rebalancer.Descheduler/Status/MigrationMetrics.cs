using Prometheus;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Status;

/// <summary>What moves did, counted when a Migration is seen to end. Every replica counts each move: take the maximum over replicas, not the sum.</summary>
internal sealed class MigrationMetrics
{
    private const double MillisecondsPerSecond = 1000;
    private readonly Counter moves = Metrics.CreateCounter("rebalancer_migration_moves_total", "Moves that ended, by outcome and named reason.", "outcome", "reason");
    private readonly Counter bytes = Metrics.CreateCounter("rebalancer_migration_sent_bytes_total", "Bytes that the agents of moves that ended had sent.");
    private readonly Gauge running = Metrics.CreateGauge("rebalancer_migration_running_moves", "Moves that have begun and not ended.");
    private readonly Gauge held = Metrics.CreateGauge("rebalancer_migration_held_moves", "Of these, moves that keep a copy ahead of a notice that has not come.");
    private readonly Gauge heldBytes = Metrics.CreateGauge("rebalancer_migration_held_bytes", "Bytes of pages that those keep on their targets.");
    private readonly Histogram freezes = Metrics.CreateHistogram(
        "rebalancer_migration_freeze_seconds", "How long clients could notice that a moved pod stood still.", new HistogramConfiguration { Buckets = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30] });

    private readonly Gauge unsynced = Metrics.CreateGauge("rebalancer_descheduler_cache_unsynced_seconds", "How long the cache that is most behind has been so; 0 while all are current.");

    public MigrationMetrics(ClusterCache cache, TimeProvider clock)
    {
        cache.Migrations.OnChange(Count);
        Metrics.DefaultRegistry.AddBeforeCollectCallback(() =>
        {
            var open = cache.Migrations.List().Where(migration => IsRunning(migration.Status.Phase)).ToList();
            running.Set(open.Count);
            held.Set(open.Count(migration => migration.IsHeld));
            heldBytes.Set(open.Where(migration => migration.IsHeld).Sum(migration => (double)(migration.Status.Source?.HeldBytes ?? 0)));
            unsynced.Set(InformerAge.Unsynced(cache.All, clock).TotalSeconds);
        });
    }

    /// <summary>Those that ended before this process looked were counted by another, or are history.</summary>
    private void Count(Change<Migration> change)
    {
        if (change is not { Before: { } before, After: { } after } || Phases.IsFinal(before.Status.Phase) || !Phases.IsFinal(after.Status.Phase)) { return; }
        moves.WithLabels(after.Status.Phase!, after.Status.Reason ?? "").Inc();
        bytes.Inc(after.Status.Source?.Bytes ?? 0);
        if (after.Status.Target?.FreezeMs is { } freezeMs) { freezes.Observe(freezeMs / MillisecondsPerSecond); }
    }

    private static bool IsRunning(string? phase) => phase is not (null or "" or Phases.Pending) && !Phases.IsFinal(phase);
}
