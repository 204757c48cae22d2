using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Makes pods of a workload's template.</summary>
internal static class PodTemplates
{
    public static JsonObject Instantiate(StoredObject owner, string kind)
    {
        var template = owner.ToNode().At("spec", "template");
        var metadata = new JsonObject { ["generateName"] = owner.Key.Name + "-" };
        foreach (var field in new[] { "labels", "annotations", "finalizers" })
        {
            if (template.At("metadata", field) is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(ReferenceTo(owner, kind));
        return new() { ["metadata"] = metadata, ["spec"] = template.At("spec").Copy() };
    }

    public static JsonObject ReferenceTo(StoredObject owner, string kind) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = kind,
        ["name"] = owner.Key.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
