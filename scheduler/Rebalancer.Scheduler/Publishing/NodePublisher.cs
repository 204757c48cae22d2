using k8s.Models;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Leases;
using Rebalancer.Kubernetes.Queues;
using Rebalancer.Scheduler.Cluster;

namespace Rebalancer.Scheduler.Publishing;

/// <summary>Writes what has changed of nodes' cost and hazard on them, a few nodes a second, from the one replica that holds the Lease.</summary>
internal sealed partial class NodePublisher : BackgroundService
{
    /// <summary>Between two patches: 20 nodes a second leave the API server its time, and 5,000 nodes are written in about four minutes.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>A node that changes does so several times at once.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);

    private readonly IndexKeeper keeper;
    private readonly ClusterCache cache;
    private readonly ApiClient client;
    private readonly LeaseHolder lease;
    private readonly TimeProvider clock;
    private readonly ILogger<NodePublisher> logger;
    private readonly WorkQueue<string> queue;

    public NodePublisher(IndexKeeper keeper, ClusterCache cache, ApiClient client, LeaseHolder lease, TimeProvider clock, ILogger<NodePublisher> logger)
    {
        (this.keeper, this.cache, this.client, this.lease, this.clock, this.logger) = (keeper, cache, client, lease, clock, logger);
        queue = new WorkQueue<string>(clock);
        keeper.OnNode += node => queue.Mark(node, Settling);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(lease.RunAsync(stoppingToken), PublishAsync(stoppingToken));

    private async Task PublishAsync(CancellationToken cancellation)
    {
        await Task.WhenAll(cache.All.Select(i => i.Synced)).WaitAsync(cancellation);
        while (true)
        {
            var name = await queue.TakeAsync(cancellation);
            if (Find(name) is not { Count: > 0 } changes)
            {
                continue;
            }

            if (!lease.IsHeld)
            {
                // Should the holder end before it gets to this node, it is ours to write.
                queue.Mark(name, RetryDelay);
                continue;
            }

            await WriteAsync(name, changes, cancellation);
            await Task.Delay(Pace, clock, cancellation);
        }
    }

    private IReadOnlyDictionary<string, string>? Find(string name)
        => cache.Nodes.Get(null, name) is { } source && keeper.Current.Find(name) is { } node ? NodeFigures.Changes(source, node) : null;

    private async Task WriteAsync(string name, IReadOnlyDictionary<string, string> changes, CancellationToken cancellation)
    {
        try
        {
            var patch = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["annotations"] = changes } };
            await client.MergeAsync<V1Node>(ApiResource.Nodes, null, name, patch, cancellation);
        }
        catch (ApiException gone) when (gone.IsNotFound)
        {
            // The node went meanwhile.
            return;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            NotWritten(logger, name, e.Message);
            queue.Mark(name, RetryDelay);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: cost and hazard could not be published: {Cause}")]
    private static partial void NotWritten(ILogger logger, string node, string cause);
}
