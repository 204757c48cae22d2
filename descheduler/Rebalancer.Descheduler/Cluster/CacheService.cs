using Microsoft.Extensions.Hosting;

namespace Rebalancer.Descheduler.Cluster;

/// <summary>Keeps the informers running for as long as the program does.</summary>
internal sealed class CacheService(ClusterCache cache) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(cache.All.Select(informer => informer.RunAsync(stoppingToken)));
}
