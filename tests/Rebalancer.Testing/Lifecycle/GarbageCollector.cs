using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Controllers;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Lifecycle;

/// <summary>Deletes objects whose owners are all gone, and does what foreground and orphan deletion ask for.</summary>
internal sealed class GarbageCollector(ControllerContext context, ILogger logger) : Controller<ObjectReference>(context, logger)
{
    private const string Orphan = "orphan";
    private const string Foreground = "foregroundDeletion";
    private readonly Dictionary<string, HashSet<ObjectReference>> _dependentsByOwner = [];

    protected override string Name => "generic-garbage-collector";

    protected override IEnumerable<ObjectReference> Affected(WatchEvent change)
    {
        var reference = new ObjectReference(change.Resource, change.Object.Key);
        var owners = OwnersOf(change.Object);
        if (change.Previous is { } previous)
        {
            foreach (var uid in OwnersOf(previous).Except(owners).Concat(change.Kind == ChangeKind.Deleted ? owners : []))
            {
                Forget(uid, reference);
            }
        }

        foreach (var uid in change.Kind == ChangeKind.Deleted ? [] : owners)
        {
            Remember(uid, reference);
        }

        var isMarked = change.Object.IsDeleting && change.Object.Root.At("metadata", "finalizers") is not null;
        var dependents = change.Kind == ChangeKind.Deleted ? Dependents(change.Object.Uid) : [];
        var deletingOwners = change.Kind == ChangeKind.Deleted ? Owners(change.Object) : [];
        return [.. owners.Count > 0 || isMarked ? [reference] : Array.Empty<ObjectReference>(), .. dependents, .. deletingOwners];
    }

    protected override async Task ReconcileAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        if (Store.Find(reference.Resource, reference.Key) is not { } o)
        {
            return;
        }

        if (o.IsDeleting)
        {
            await FinishAsync(reference, o, cancellationToken);
        }

        var owners = o.Root.Items("metadata", "ownerReferences").ToList();
        if (owners.Count == 0 || o.IsDeleting)
        {
            return;
        }

        var existing = owners.Where(owner => Exists(owner, o.Key.Namespace)).ToList();
        if (existing.Count == 0)
        {
            await DeleteAsync(reference, new DeleteOptions { Uid = o.Uid, PropagationPolicy = "Background" }, cancellationToken);
        }
        else if (existing.Count < owners.Count)
        {
            await KeepOwnersAsync(reference, [.. existing.Select(e => e.Text("uid")!)], cancellationToken);
        }
    }

    private async Task FinishAsync(ObjectReference reference, StoredObject o, CancellationToken cancellationToken)
    {
        var finalizers = o.Root.Items("metadata", "finalizers").Select(f => f.GetString()).ToList();
        if (finalizers.Contains(Orphan))
        {
            foreach (var dependent in Dependents(o.Uid))
            {
                await RemoveOwnerAsync(dependent, o.Uid, cancellationToken);
            }

            await RemoveFinalizerAsync(reference, Orphan, cancellationToken);
        }
        else if (finalizers.Contains(Foreground))
        {
            var dependents = Dependents(o.Uid);
            foreach (var dependent in dependents.Where(d => Store.Find(d.Resource, d.Key) is { IsDeleting: false }))
            {
                await DeleteAsync(dependent, new DeleteOptions { PropagationPolicy = "Foreground" }, cancellationToken);
            }

            if (!dependents.Any(d => Blocks(d, o.Uid)))
            {
                await RemoveFinalizerAsync(reference, Foreground, cancellationToken);
            }
        }
    }

    private bool Blocks(ObjectReference dependent, string owner) => Store.Find(dependent.Resource, dependent.Key) is { } o
        && o.Root.Items("metadata", "ownerReferences").Any(r => r.Text("uid") == owner && r.Flag("blockOwnerDeletion"));

    private bool Exists(JsonElement owner, string ns)
    {
        var resource = Registry.FindKindOfGroup(owner.Text("apiVersion") ?? "", owner.Text("kind") ?? "");

        // An owner of a kind that is not served cannot be looked up: the object stays, as under the real collector.
        return resource is null
            || Store.Find(resource, new(resource.Namespaced ? ns : "", owner.Text("name") ?? ""))?.Uid == owner.Text("uid");
    }

    private Task RemoveOwnerAsync(ObjectReference dependent, string owner, CancellationToken cancellationToken) => ChangeAsync(
        dependent, o => o.Metadata().List("ownerReferences").RemoveAll(r => r.Text("uid") == owner), cancellationToken);

    private Task KeepOwnersAsync(ObjectReference reference, HashSet<string> kept, CancellationToken cancellationToken) => ChangeAsync(
        reference, o => o.Metadata().List("ownerReferences").RemoveAll(r => !kept.Contains(r.Text("uid") ?? "")), cancellationToken);

    private Task RemoveFinalizerAsync(ObjectReference reference, string finalizer, CancellationToken cancellationToken) => ChangeAsync(
        reference, o => o.Metadata().List("finalizers").RemoveAll(f => f?.GetValue<string>() == finalizer), cancellationToken);

    private IEnumerable<ObjectReference> Owners(StoredObject o)
    {
        foreach (var owner in o.Root.Items("metadata", "ownerReferences"))
        {
            if (Registry.FindKindOfGroup(owner.Text("apiVersion") ?? "", owner.Text("kind") ?? "") is { } resource)
            {
                yield return new(resource, new(resource.Namespaced ? o.Key.Namespace : "", owner.Text("name") ?? ""));
            }
        }
    }

    private List<ObjectReference> Dependents(string owner)
    {
        lock (_dependentsByOwner)
        {
            return _dependentsByOwner.TryGetValue(owner, out var dependents) ? [.. dependents] : [];
        }
    }

    private void Remember(string owner, ObjectReference dependent)
    {
        lock (_dependentsByOwner)
        {
            if (!_dependentsByOwner.TryGetValue(owner, out var dependents))
            {
                dependents = [];
                _dependentsByOwner[owner] = dependents;
            }

            dependents.Add(dependent);
        }
    }

    private void Forget(string owner, ObjectReference dependent)
    {
        lock (_dependentsByOwner)
        {
            if (_dependentsByOwner.TryGetValue(owner, out var dependents) && dependents.Remove(dependent) && dependents.Count == 0)
            {
                _dependentsByOwner.Remove(owner);
            }
        }
    }

    private static List<string> OwnersOf(StoredObject o) => [.. o.Root.Items("metadata", "ownerReferences").Select(r => r.Text("uid") ?? "")];
}
