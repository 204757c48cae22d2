namespace Rebalancer.Scheduler.Cluster;

/// <summary>Keeps the informers, and the index that follows them, running for as long as the program does.</summary>
internal sealed class CacheService(ClusterCache cache, IndexKeeper keeper) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll([keeper.RunAsync(stoppingToken), .. cache.All.Select(informer => informer.RunAsync(stoppingToken))]);
}
