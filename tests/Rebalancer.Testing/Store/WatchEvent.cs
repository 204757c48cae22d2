using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Store;

internal enum ChangeKind
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change. A deleted object carries the version of its deletion; <see cref="Previous"/> lets a selector see what left it.</summary>
internal sealed record WatchEvent(ChangeKind Kind, ResourceDescriptor Resource, StoredObject Object, StoredObject? Previous);
