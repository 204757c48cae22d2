namespace Rebalancer.Kubernetes.Queues;

/// <summary>
/// A queue of keys that holds each key once. Marking a key again before it is taken changes nothing, except that an earlier due time wins;
/// marking it while it is worked on makes it due again afterwards.
/// </summary>
/// <param name="capacity">Most keys held at once; beyond it <see cref="Mark"/> throws, since a key that is lost would never be worked on.</param>
public sealed class WorkQueue<TKey>(TimeProvider clock, int capacity = WorkQueue<TKey>.DefaultCapacity)
    where TKey : notnull
{
    public const int DefaultCapacity = 200_000;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, DateTimeOffset> due = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> order = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count
    {
        get
        {
            lock (gate)
            {
                return due.Count;
            }
        }
    }

    public void Mark(TKey key, TimeSpan delay = default)
    {
        var at = clock.GetUtcNow() + delay;
        lock (gate)
        {
            if (due.TryGetValue(key, out var already) && already <= at)
            {
                return;
            }

            if (due.Count >= capacity)
            {
                throw new InvalidOperationException($"work queue is full: {capacity} keys wait, {key} cannot be added");
            }

            due[key] = at;
            order.Enqueue(key, at);
            changed.TrySetResult();
        }
    }

    /// <summary>Waits for the key that is due first and removes it.</summary>
    public async Task<TKey> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task signal;
            TimeSpan? wait;
            lock (gate)
            {
                if (TryTake(out var key, out wait))
                {
                    return key!;
                }

                changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                signal = changed.Task;
            }

            await WaitAsync(signal, wait, cancellation);
        }
    }

    private bool TryTake(out TKey? key, out TimeSpan? wait)
    {
        wait = null;
        while (order.TryPeek(out key, out var at))
        {
            // An entry whose time is not the recorded one was replaced by an earlier one.
            if (!due.TryGetValue(key, out var recorded) || recorded != at)
            {
                order.Dequeue();
                continue;
            }

            var now = clock.GetUtcNow();
            if (at > now)
            {
                wait = at - now;
                return false;
            }

            order.Dequeue();
            due.Remove(key);
            return true;
        }

        return false;
    }

    private async Task WaitAsync(Task signal, TimeSpan? wait, CancellationToken cancellation)
    {
        if (wait is not { } delay)
        {
            await signal.WaitAsync(cancellation);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Task.Delay drops what is less than a millisecond, and the rest of the wait would be spent asking for the time.
        var timer = Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), clock, stop.Token);
        await Task.WhenAny(signal, timer);
        await stop.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
