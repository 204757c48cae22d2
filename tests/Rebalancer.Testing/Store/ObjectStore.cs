using System.Globalization;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Store;

/// <summary>Every object of every resource, one counter of versions, compare-and-set writes and watches with a bounded history.</summary>
internal sealed class ObjectStore(int historyLimit, int watcherCapacity)
{
    /// <summary>Changes that may wait for one controller.</summary>
    private const int ObserverCapacity = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Collection> _collections = [];
    private readonly List<Subscription> _observers = [];
    private long _version = 1;

    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    public StoredObject? Find(ResourceDescriptor resource, ObjectKey key)
    {
        lock (_gate)
        {
            return Of(resource).Objects.GetValueOrDefault(key);
        }
    }

    public StoredObject Get(ResourceDescriptor resource, ObjectKey key) => Find(resource, key) ?? throw Failures.NotFound(resource, key.Name);

    public Snapshot List(ResourceDescriptor resource)
    {
        lock (_gate)
        {
            return new(_version, Of(resource).Objects);
        }
    }

    public StoredObject Create(ResourceDescriptor resource, JsonObject o)
    {
        lock (_gate)
        {
            var collection = Of(resource);
            var stored = Stamp(o);
            if (collection.Objects.ContainsKey(stored.Key))
            {
                throw Failures.AlreadyExists(resource, stored.Key.Name);
            }

            Publish(collection, new(ChangeKind.Added, resource, stored, null));
            return stored;
        }
    }

    /// <summary>Replaces exactly the version that the change was computed from.</summary>
    /// <exception cref="ApiException">409 when another write came first, 404 when the object is gone.</exception>
    public StoredObject Replace(ResourceDescriptor resource, StoredObject expected, JsonObject o)
    {
        lock (_gate)
        {
            var collection = Current(resource, expected);
            var stored = Stamp(o);
            Publish(collection, new(ChangeKind.Modified, resource, stored, expected));
            return stored;
        }
    }

    /// <summary>Removes exactly the version given.</summary>
    /// <param name="lastState">What watchers see as the deleted object.</param>
    public StoredObject Remove(ResourceDescriptor resource, StoredObject expected, JsonObject lastState)
    {
        lock (_gate)
        {
            var collection = Current(resource, expected);
            var stored = Stamp(lastState);
            Publish(collection, new(ChangeKind.Deleted, resource, stored, expected));
            return stored;
        }
    }

    /// <summary>Changes after a version, the remembered ones first; of a version of the future, nothing until it is passed.</summary>
    /// <exception cref="ApiException">410 when some of them are forgotten.</exception>
    public Subscription Watch(ResourceDescriptor resource, long since)
    {
        lock (_gate)
        {
            var collection = Of(resource);
            if (since < collection.ForgottenVersion)
            {
                throw Failures.Expired($"too old resource version: {since} ({collection.ForgottenVersion})");
            }

            var subscription = new Subscription(historyLimit + watcherCapacity, since, Unsubscribe);
            foreach (var change in collection.Since(since))
            {
                subscription.Post(change);
            }

            collection.Add(subscription);
            return subscription;

            void Unsubscribe(Subscription gone)
            {
                lock (_gate)
                {
                    collection.Remove(gone);
                }
            }
        }
    }

    /// <summary>Every change of every resource from now on: for controllers.</summary>
    public Subscription WatchAll()
    {
        var subscription = new Subscription(ObserverCapacity, 0, Unsubscribe);
        lock (_gate)
        {
            _observers.Add(subscription);
        }

        return subscription;

        void Unsubscribe(Subscription gone)
        {
            lock (_gate)
            {
                _observers.Remove(gone);
            }
        }
    }

    /// <summary>Forgets all history, so that a watch from any older version is answered 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            foreach (var collection in _collections.Values)
            {
                collection.Compact(_version);
            }
        }
    }

    private void Publish(Collection collection, WatchEvent change)
    {
        collection.Apply(change);
        foreach (var observer in _observers)
        {
            observer.Post(change);
        }
    }

    private Collection Current(ResourceDescriptor resource, StoredObject expected)
    {
        var collection = Of(resource);
        if (!collection.Objects.TryGetValue(expected.Key, out var current))
        {
            throw Failures.NotFound(resource, expected.Key.Name);
        }

        return current.Version == expected.Version ? collection : throw Failures.Modified(resource, expected.Key.Name);
    }

    private StoredObject Stamp(JsonObject o)
    {
        _version++;
        o.Metadata()["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(o);
    }

    private Collection Of(ResourceDescriptor resource)
    {
        if (!_collections.TryGetValue(resource.QualifiedPlural, out var collection))
        {
            collection = new Collection(historyLimit);
            _collections[resource.QualifiedPlural] = collection;
        }

        return collection;
    }
}
