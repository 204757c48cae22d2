using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Scheduler.Cluster;

/// <summary>Whether answers may be given: all caches have been filled, and none has been behind for too long.</summary>
internal sealed class Readiness(ClusterCache cache, SchedulerOptions options, TimeProvider clock)
{
    private bool filled;

    public bool IsReady => IsFilled && Unsynced < options.MaxUnsynced;

    /// <summary>How long the cache that is most behind has been so; zero where all are current.</summary>
    public TimeSpan Unsynced => InformerAge.Unsynced(cache.All, clock);

    private bool IsFilled => filled || (filled = cache.All.All(static (IInformer i) => i.Synced.IsCompletedSuccessfully));
}
