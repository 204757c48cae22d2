using System.Text.Json.Nodes;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>Deletes objects: at once, or by marking them until the kubelet (pods) and the finalizers' owners are done.</summary>
internal sealed class ObjectDeleter(ObjectStore store, IAdmission admission, TimeProvider time)
{
    private const int MaxAttempts = 20;
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>Whether a marked object has nothing left to wait for.</summary>
    public static bool IsReadyToGo(JsonObject o) =>
        o.Text("metadata", "deletionTimestamp") is not null
        && o.Number("metadata", "deletionGracePeriodSeconds") is null or 0
        && o.At("metadata", "finalizers") is not JsonArray { Count: > 0 }
        && o.At("spec", "finalizers") is not JsonArray { Count: > 0 };

    public async Task<DeleteOutcome> DeleteAsync(
        ResourceDescriptor resource, ObjectKey key, DeleteOptions delete, WriteOptions options, CancellationToken cancellationToken)
    {
        var first = store.Get(resource, key);
        CheckPreconditions(resource, first, delete);
        await admission.ValidateAsync(new("DELETE", resource, key.Namespace, key.Name, null, first.ToNode(), options), cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var current = store.Get(resource, key);
            CheckPreconditions(resource, current, delete);
            try
            {
                return DeleteOnce(resource, current, delete, options);
            }
            catch (ApiException e) when (e.Reason == "Conflict" && attempt < MaxAttempts)
            {
                continue;
            }
        }
    }

    private DeleteOutcome DeleteOnce(ResourceDescriptor resource, StoredObject current, DeleteOptions delete, WriteOptions options)
    {
        var o = current.ToNode();
        var changed = Mark(resource, o, delete);
        if (options.DryRun)
        {
            return new(current, IsReadyToGo(o));
        }

        if (IsReadyToGo(o))
        {
            // Whoever watches pods sees them marked before they are gone.
            var last = resource == Known.Pods && changed ? store.Replace(resource, current, o) : current;
            return new(store.Remove(resource, last, o), true);
        }

        return new(changed ? store.Replace(resource, current, o) : current, false);
    }

    /// <returns>Whether the object changed.</returns>
    private bool Mark(ResourceDescriptor resource, JsonObject o, DeleteOptions delete)
    {
        var before = o.Copy();
        var metadata = o.Metadata();
        var graceSeconds = GraceSeconds(resource, o, delete);
        if (metadata.Text("deletionTimestamp") is null)
        {
            metadata["deletionTimestamp"] = Timestamps.Seconds(time.GetUtcNow().AddSeconds(graceSeconds));
            metadata["deletionGracePeriodSeconds"] = graceSeconds;
            if (metadata.Number("generation") is { } generation)
            {
                metadata["generation"] = generation + 1;
            }
        }
        else if (graceSeconds < (metadata.Number("deletionGracePeriodSeconds") ?? 0))
        {
            metadata["deletionTimestamp"] = Timestamps.Seconds(time.GetUtcNow().AddSeconds(graceSeconds));
            metadata["deletionGracePeriodSeconds"] = graceSeconds;
        }

        AddPropagation(metadata, delete.PropagationPolicy);
        if (resource == Known.Namespaces)
        {
            o.Child("status")["phase"] = "Terminating";
        }

        return !JsonNode.DeepEquals(before, o);
    }

    private static void AddPropagation(JsonObject metadata, string? policy)
    {
        var finalizer = policy switch { "Orphan" => OrphanFinalizer, "Foreground" => ForegroundFinalizer, _ => null };
        if (finalizer is not null && !metadata.List("finalizers").Any(f => f?.GetValue<string>() == finalizer))
        {
            metadata.List("finalizers").Add(finalizer);
        }
    }

    /// <summary>Only a pod that a kubelet still runs is given time.</summary>
    private static long GraceSeconds(ResourceDescriptor resource, JsonObject o, DeleteOptions delete)
    {
        if (resource != Known.Pods || string.IsNullOrEmpty(o.Text("spec", "nodeName")) || o.Text("status", "phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        var seconds = delete.GracePeriodSeconds ?? o.Number("spec", "terminationGracePeriodSeconds") ?? 30;
        return seconds < 0 ? 1 : seconds;
    }

    public static void CheckPreconditions(ResourceDescriptor resource, StoredObject current, DeleteOptions delete)
    {
        if (delete.Uid is { } uid && uid != current.Uid)
        {
            throw Failures.WrongUid(resource, current.Key.Name, uid, current.Uid);
        }

        if (delete.ResourceVersion is { } version && version != current.Root.Text("metadata", "resourceVersion"))
        {
            throw Failures.WrongVersion(resource, current.Key.Name, version, current.Version);
        }
    }
}
