using System.Threading.Channels;

namespace Rebalancer.Testing.Store;

/// <summary>A watcher's bounded queue of changes. A watcher that falls too far behind is cut off, as the real server does.</summary>
internal sealed class Subscription(int capacity, long since, Action<Subscription> unsubscribe) : IDisposable
{
    private readonly Channel<WatchEvent> _queue = Channel.CreateBounded<WatchEvent>(new BoundedChannelOptions(capacity) { SingleReader = true });

    public ChannelReader<WatchEvent> Reader => _queue.Reader;

    public void Post(WatchEvent change)
    {
        if (change.Object.Version > since && !_queue.Writer.TryWrite(change))
        {
            _queue.Writer.TryComplete();
        }
    }

    public void Dispose()
    {
        unsubscribe(this);
        _queue.Writer.TryComplete();
    }
}
