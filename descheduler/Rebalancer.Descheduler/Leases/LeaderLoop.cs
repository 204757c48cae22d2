using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Leases;

/// <summary>What every controller does: it waits until the copies are complete and this process leads, and then works its queue off, key by key, for as long as it leads.</summary>
internal sealed class LeaderLoop(ClusterCache cache, Leadership leadership)
{
    /// <param name="queue">Of what is to be looked at.</param>
    /// <param name="begin">Marks what is there already.</param>
    /// <param name="work">One key.</param>
    /// <param name="failed">Tells of a key that cannot be looked at. Whatever the cause, it must not stop the others.</param>
    /// <param name="retryAfter">When such a key is looked at again.</param>
    /// <param name="stopping">Ends it.</param>
    public Task RunAsync<TKey>(WorkQueue<TKey> queue, Action begin, Func<TKey, CancellationToken, Task> work, Action<TKey, Exception> failed, TimeSpan retryAfter, CancellationToken stopping)
        where TKey : notnull
        => RunAsync(
            queue,
            begin,
            async (key, cancellation) =>
            {
                try
                {
                    await work(key, cancellation);
                    return null;
                }
                catch (Exception e) when (!cancellation.IsCancellationRequested)
                {
                    failed(key, e);
                    return retryAfter;
                }
            },
            stopping);

    /// <param name="queue">Of what is to be looked at.</param>
    /// <param name="begin">Marks what is there already.</param>
    /// <param name="work">One key; returns when it is to be looked at again, or null. Throws only when it is cancelled.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync<TKey>(WorkQueue<TKey> queue, Action begin, Func<TKey, CancellationToken, Task<TimeSpan?>> work, CancellationToken stopping)
        where TKey : notnull
    {
        await cache.Synced.WaitAsync(stopping);
        await leadership.Acquired.WaitAsync(stopping);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stopping, leadership.Lost);
        begin();
        while (!leading.IsCancellationRequested)
        {
            var key = await queue.TakeAsync(leading.Token);
            if (await work(key, leading.Token) is { } later)
            {
                queue.Mark(key, later);
            }
        }
    }
}
