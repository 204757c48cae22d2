using System.Collections.Immutable;

namespace Rebalancer.Testing.Store;

/// <summary>All objects of a resource at one version.</summary>
internal sealed record Snapshot(long Version, ImmutableSortedDictionary<ObjectKey, StoredObject> Objects);
