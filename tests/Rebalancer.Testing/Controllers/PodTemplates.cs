using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Makes pods of a workload's template.</summary>
internal static class PodTemplates
{
    public static JsonObject Instantiate(StoredObject owner, ResourceDescriptor resource) => Instantiate(owner, resource, owner.ToNode().At("spec", "template"));

    /// <param name="template">Another template than the owner's current one.</param>
    public static JsonObject Instantiate(StoredObject owner, ResourceDescriptor resource, JsonNode? template)
    {
        var metadata = new JsonObject { ["generateName"] = owner.Key.Name + "-" };
        foreach (var field in new[] { "labels", "annotations", "finalizers" })
        {
            if (template.At("metadata", field) is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(ReferenceTo(owner, resource));
        return new() { ["metadata"] = metadata, ["spec"] = template.At("spec").Copy() };
    }

    public static JsonObject ReferenceTo(StoredObject owner, ResourceDescriptor resource) => new()
    {
        ["apiVersion"] = resource.ApiVersion,
        ["kind"] = resource.Kind,
        ["name"] = owner.Key.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
