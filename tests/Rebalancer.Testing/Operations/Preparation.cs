using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Kinds;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Rules;
using Rebalancer.Testing.Schemas;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>Brings an object into the form that is stored, and checks it.</summary>
internal static class Preparation
{
    /// <summary>Fields of metadata that only the server writes.</summary>
    private static readonly string[] ServerFields = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

    /// <summary>Drops what the caller of a create may not set. What webhooks then see has no name yet (when it is generated), no UID and no status, as in the real server.</summary>
    public static void Wipe(JsonObject o, ResourceDescriptor resource, string ns)
    {
        var metadata = o.Metadata();
        foreach (var field in ServerFields.Append("resourceVersion").Append("selfLink").Append("managedFields"))
        {
            metadata.Remove(field);
        }

        if (resource.Namespaced)
        {
            metadata["namespace"] = ns;
        }
        else
        {
            metadata.Remove("namespace");
        }

        if (resource.HasStatus)
        {
            o.Remove("status");
        }
    }

    /// <summary>Sets what the server gives a new object.</summary>
    /// <returns>Whether the name was generated.</returns>
    public static bool Begin(JsonObject o, ResourceDescriptor resource, Identities identities, DateTimeOffset now)
    {
        var metadata = o.Metadata();
        var generates = string.IsNullOrEmpty(metadata.Text("name")) && metadata.Text("generateName") is { Length: > 0 };
        if (generates)
        {
            metadata["name"] = identities.Append(metadata.Text("generateName")!);
        }

        metadata["uid"] = identities.Uid();
        metadata["creationTimestamp"] = Timestamps.Seconds(now);
        if (resource.TracksGeneration)
        {
            metadata["generation"] = 1;
        }

        if (resource == Known.Definitions)
        {
            CustomResources.Establish(o, Timestamps.Seconds(now));
        }

        KindRules.Of(resource).Begin(o);
        return generates;
    }

    /// <summary>Drops what the schema does not know and fills in defaults.</summary>
    public static void Complete(JsonObject o, ResourceDescriptor resource, WriteOptions options)
    {
        if (resource.Schema is { } schema)
        {
            var unknown = SchemaDefaults.Prune(o, schema);
            if (unknown.Count > 0 && options.FieldValidation == "Strict")
            {
                throw Failures.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: strict decoding error: {string.Join(", ", unknown.Select(f => $"unknown field \"{f}\""))}");
            }

            if (options.FieldValidation == "Warn")
            {
                options.Warnings.AddRange(unknown.Select(field => $"unknown field \"{field}\""));
            }

            SchemaDefaults.Apply(o, schema);
        }

        KindRules.Of(resource).Default(o);
    }

    public static void Check(JsonObject o, JsonObject? before, ResourceDescriptor resource)
    {
        var errors = MetadataRules.Check(o).ToList();
        var rules = KindRules.Of(resource);
        errors.AddRange(rules.Check(o));
        if (resource.Schema is { } schema)
        {
            errors.AddRange(CheckSchema(o, before, schema));
        }

        if (before is not null)
        {
            errors.AddRange(rules.CheckUpdate(before, o));
            errors.AddRange(CheckFinalizers(before, o));
        }

        if (errors.Count > 0)
        {
            throw Failures.Invalid(resource, o.Text("metadata", "name") ?? "", errors);
        }
    }

    private static IReadOnlyList<FieldError> CheckSchema(JsonObject o, JsonObject? before, StructuralSchema schema)
    {
        var errors = SchemaValidation.Check(o, schema);
        if (!schema.HasRules)
        {
            return errors;
        }

        var isTooWrong = errors.Any(e => e.Reason is "FieldValueRequired" or "FieldValueNotSupported" or "FieldValueTypeInvalid");
        return [.. errors, .. isTooWrong ? [RuleCheck.Unchecked] : RuleCheck.Check(o, before, schema)];
    }

    /// <summary>Puts back what the caller of an update may not change, and counts the generation.</summary>
    public static JsonObject Merge(JsonObject current, JsonObject wanted, ResourceDescriptor resource, string subresource)
    {
        var result = wanted;
        if (subresource == "status")
        {
            result = current.Copy();
            result["status"] = wanted["status"].Copy();
            if (resource.StatusCarriesMetadata)
            {
                CopyField(wanted.Metadata(), result.Metadata(), "labels");
                CopyField(wanted.Metadata(), result.Metadata(), "annotations");
            }
        }
        else if (resource.HasStatus)
        {
            CopyField(current, result, "status");
        }

        foreach (var field in ServerFields.Append("name").Append("namespace").Append("resourceVersion"))
        {
            CopyField(current.Metadata(), result.Metadata(), field);
        }

        result.Metadata().Remove("managedFields");
        result["apiVersion"] = resource.ApiVersion;
        result["kind"] = resource.Kind;
        return result;
    }

    /// <summary>Counts the generation when anything beside metadata and status changed.</summary>
    public static void CountGeneration(JsonObject current, JsonObject result, ResourceDescriptor resource)
    {
        if (current.Number("metadata", "generation") is { } generation && !JsonNode.DeepEquals(Specification(current, resource), Specification(result, resource)))
        {
            result.Metadata()["generation"] = generation + 1;
        }
    }

    public static void CheckUnmodified(StoredObject current, JsonObject wanted, ResourceDescriptor resource)
    {
        var version = wanted.Text("metadata", "resourceVersion");
        if (!string.IsNullOrEmpty(version) && version != current.Root.Text("metadata", "resourceVersion"))
        {
            throw Failures.Modified(resource, current.Key.Name);
        }

        if (wanted.Text("metadata", "uid") is { Length: > 0 } uid && uid != current.Uid)
        {
            throw Failures.Conflict(resource, current.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }
    }

    private static JsonObject Specification(JsonObject o, ResourceDescriptor resource)
    {
        var copy = o.Copy();
        copy.Remove("metadata");
        copy.Remove("apiVersion");
        if (resource.HasStatus)
        {
            copy.Remove("status");
        }

        return copy;
    }

    private static IEnumerable<FieldError> CheckFinalizers(JsonObject before, JsonObject after)
    {
        if (before.Text("metadata", "deletionTimestamp") is null)
        {
            return [];
        }

        var old = before.At("metadata", "finalizers") as JsonArray ?? [];
        var added = (after.At("metadata", "finalizers") as JsonArray ?? []).Where(f => !old.Any(o => JsonNode.DeepEquals(o, f))).ToList();
        return added.Count == 0
            ? []
            : [FieldError.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(f => f!.ToJsonString()))}}}")];
    }

    private static void CopyField(JsonObject from, JsonObject to, string field)
    {
        if (from.TryGetPropertyValue(field, out var value))
        {
            to[field] = value?.DeepClone();
        }
        else
        {
            to.Remove(field);
        }
    }
}
