using Rebalancer.Scheduler.Extender;

namespace Rebalancer.Scheduler.Cluster;

/// <summary>Keeps the informers, and the index that follows them, running for as long as the program does.</summary>
internal sealed class CacheService(ClusterCache cache, IndexKeeper keeper, ExtenderEndpoints endpoints) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the caches are filled, and so before anybody is told that this replica is ready.
        endpoints.WarmUp();
        return Task.WhenAll([keeper.RunAsync(stoppingToken), .. cache.All.Select(informer => informer.RunAsync(stoppingToken))]);
    }
}
