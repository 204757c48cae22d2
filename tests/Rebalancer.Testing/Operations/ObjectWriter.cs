using System.Text.Json.Nodes;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Kinds;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>Creates and changes objects: complete, mutate, check, validate, store.</summary>
internal sealed class ObjectWriter(ObjectStore store, ResourceRegistry registry, IAdmission admission, BuiltInAdmission builtIn, Identities identities, TimeProvider time)
{
    /// <summary>How often a change that names no version is computed again after losing against another write.</summary>
    private const int MaxAttempts = 20;
    private const int MaxGeneratedNames = 8;

    public async Task<StoredObject> CreateAsync(ResourceDescriptor resource, string ns, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
    {
        CheckTarget(resource, ns, body);
        if (body.Text("metadata", "resourceVersion") is { Length: > 0 })
        {
            throw Failures.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var o = body.Copy();
        o["apiVersion"] = resource.ApiVersion;
        o["kind"] = resource.Kind;
        var name = o.Text("metadata", "name") ?? "";
        builtIn.CheckNamespace(resource, ns, name);
        Preparation.Wipe(o, resource, ns);
        Preparation.Complete(o, resource, options);
        KindRules.Of(resource).Admit(o);
        builtIn.MutateCreate(resource, o);
        o = await admission.MutateAsync(new("CREATE", resource, ns, name, o, null, options), cancellationToken);
        Preparation.Complete(o, resource, options);
        builtIn.Check(resource, o);
        return await StoreNewAsync(resource, ns, o, options, cancellationToken);
    }

    /// <summary>Changes an object by a function of its current state; computed again when another write came between, unless the change names a version.</summary>
    public async Task<StoredObject> UpdateAsync(
        ResourceDescriptor resource, ObjectKey key, Func<JsonObject, JsonObject> change, WriteOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var current = store.Get(resource, key);
            var wanted = change(current.ToNode());
            CheckTarget(resource, key.Namespace, wanted);
            if (wanted.Text("metadata", "name") != key.Name)
            {
                throw Failures.BadRequest($"the name of the object ({wanted.Text("metadata", "name")}) does not match the name on the URL ({key.Name})");
            }

            Preparation.CheckUnmodified(current, wanted, resource);
            try
            {
                return await UpdateOnceAsync(resource, current, wanted, options, cancellationToken);
            }
            catch (ApiException e) when (e.Reason == "Conflict" && attempt < MaxAttempts)
            {
                // Another write came between reading and storing. A change that names a version is refused above in the next round.
                continue;
            }
        }
    }

    private async Task<StoredObject> StoreNewAsync(ResourceDescriptor resource, string ns, JsonObject completed, WriteOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var o = completed.Copy();
            var generated = Preparation.Begin(o, resource, identities, time.GetUtcNow());
            Preparation.Check(o, null, resource);
            var name = o.Text("metadata", "name")!;
            await admission.ValidateAsync(new("CREATE", resource, ns, name, o, null, options), cancellationToken);
            try
            {
                return options.DryRun ? Pretend(resource, o) : Registered(resource, store.Create(resource, o));
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists" && generated && attempt < MaxGeneratedNames)
            {
                // The generated name was taken: draw another one.
                continue;
            }
        }
    }

    private StoredObject Pretend(ResourceDescriptor resource, JsonObject o)
    {
        var pretended = new StoredObject(o);
        return store.Find(resource, pretended.Key) is null ? pretended : throw Failures.AlreadyExists(resource, pretended.Key.Name);
    }

    /// <summary>A definition is served before its creator hears of it.</summary>
    private StoredObject Registered(ResourceDescriptor resource, StoredObject o)
    {
        if (resource == Known.Definitions)
        {
            registry.Set(o.Key.Name, CustomResources.Of(o.Root));
        }

        return o;
    }

    private async Task<StoredObject> UpdateOnceAsync(
        ResourceDescriptor resource, StoredObject current, JsonObject wanted, WriteOptions options, CancellationToken cancellationToken)
    {
        var before = current.ToNode();
        var (ns, name) = current.Key;
        var o = Preparation.Merge(before, wanted, resource, options.Subresource);
        Preparation.Complete(o, resource, options);
        o = await admission.MutateAsync(new("UPDATE", resource, ns, name, o, before, options), cancellationToken);
        o = Preparation.Merge(before, o, resource, options.Subresource);
        Preparation.Complete(o, resource, options);
        Preparation.CountGeneration(before, o, resource);
        Preparation.Check(o, before, resource);
        await admission.ValidateAsync(new("UPDATE", resource, ns, name, o, before, options), cancellationToken);
        if (options.DryRun)
        {
            return new StoredObject(o);
        }

        if (JsonNode.DeepEquals(before, o))
        {
            return current;
        }

        return ObjectDeleter.IsReadyToGo(o) ? store.Remove(resource, current, o) : Registered(resource, store.Replace(resource, current, o));
    }

    private static void CheckTarget(ResourceDescriptor resource, string ns, JsonObject body)
    {
        if ((body.Text("kind") ?? resource.Kind) != resource.Kind || (body.Text("apiVersion") ?? resource.ApiVersion) != resource.ApiVersion)
        {
            throw Failures.BadRequest($"{body.Text("kind")} in version \"{body.Text("apiVersion")}\" cannot be handled as a {resource.Kind} of {resource.ApiVersion}: the API version or kind in the data does not match the expected one");
        }

        if (resource.Namespaced && body.Text("metadata", "namespace") is { Length: > 0 } actual && actual != ns)
        {
            throw Failures.BadRequest($"the namespace of the provided object does not match the namespace sent on the request: {actual} against {ns}");
        }
    }
}
