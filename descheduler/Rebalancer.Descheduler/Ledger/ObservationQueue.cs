using k8s;
using k8s.Models;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>What an informer told, for the ledger.</summary>
/// <param name="At">When it did.</param>
/// <param name="Gone">The object is no more.</param>
internal sealed record Observation(IKubernetesObject<V1ObjectMeta> Object, DateTimeOffset At, bool Gone);

/// <summary>
/// What is still to be written, each object once, as it was last seen. Putting never waits. Where more has gathered than it holds, what comes is dropped, and
/// the whole cluster is looked at again when it has been written off (<see cref="TakeOverflow"/>).
/// </summary>
internal sealed class ObservationQueue(int capacity = ObservationQueue.DefaultCapacity)
{
    public const int DefaultCapacity = 100_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Observation> pending = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool overflowed;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return pending.Count;
            }
        }
    }

    /// <returns>False: it was dropped.</returns>
    public bool Put(Observation observation)
    {
        var uid = observation.Object.Metadata.Uid;
        lock (gate)
        {
            if (pending.TryGetValue(uid, out var before))
            {
                // An object that is gone does not come back: a UID is used once.
                pending[uid] = before.Gone ? before : observation;
                return true;
            }

            if (pending.Count >= capacity)
            {
                overflowed = true;
                return false;
            }

            pending[uid] = observation;
            order.Enqueue(uid);
            arrived.TrySetResult();
            return true;
        }
    }

    /// <summary>The oldest ones, in the order of their first mention.</summary>
    public IReadOnlyList<Observation> Take(int most)
    {
        var taken = new List<Observation>();
        lock (gate)
        {
            while (taken.Count < most && order.TryDequeue(out var uid) && pending.Remove(uid, out var observation))
            {
                taken.Add(observation);
            }
        }

        return taken;
    }

    /// <summary>Whether something was dropped since this was asked last.</summary>
    public bool TakeOverflow()
    {
        lock (gate)
        {
            (var was, overflowed) = (overflowed, false);
            return was;
        }
    }

    /// <summary>Completes once there is something, or the time is over.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellation)
    {
        Task something;
        lock (gate)
        {
            if (pending.Count > 0)
            {
                return;
            }

            arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            something = arrived.Task;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(something, Task.Delay(longest, clock, limit.Token));
        await limit.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
