using System.Collections.Immutable;

namespace Rebalancer.Testing.Store;

/// <summary>The objects of one resource, its latest changes and its watchers. Guarded by the store's lock.</summary>
internal sealed class Collection(int historyLimit)
{
    private readonly Queue<WatchEvent> _history = new();
    private readonly List<Subscription> _subscriptions = [];

    public ImmutableSortedDictionary<ObjectKey, StoredObject> Objects { get; private set; } = ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty;

    /// <summary>Version of the newest change that is no longer remembered; a watch must start at it or later.</summary>
    public long ForgottenVersion { get; private set; }

    public void Apply(WatchEvent change)
    {
        var key = change.Object.Key;
        Objects = change.Kind == ChangeKind.Deleted ? Objects.Remove(key) : Objects.SetItem(key, change.Object);
        _history.Enqueue(change);
        if (_history.Count > historyLimit)
        {
            ForgottenVersion = _history.Dequeue().Object.Version;
        }

        foreach (var subscription in _subscriptions)
        {
            subscription.Post(change);
        }
    }

    public IEnumerable<WatchEvent> Since(long version) => _history.Where(change => change.Object.Version > version);

    public void Add(Subscription subscription) => _subscriptions.Add(subscription);

    public void Remove(Subscription subscription) => _subscriptions.Remove(subscription);

    /// <summary>Forgets every change so far: what a compaction does to watchers that come back late.</summary>
    public void Compact(long version)
    {
        _history.Clear();
        ForgottenVersion = version;
    }
}
