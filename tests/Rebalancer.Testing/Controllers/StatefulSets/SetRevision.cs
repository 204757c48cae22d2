using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.StatefulSets;

/// <summary>One state of a StatefulSet's pod template, kept as a ControllerRevision.</summary>
/// <param name="Number">Grows with each change of the template, also with one back to an earlier template.</param>
internal sealed record SetRevision(string Name, long Number, JsonObject Template)
{
    private const string HashLabel = "controller.kubernetes.io/hash";

    /// <summary>The revision of the set's current template, with the number it has if it is new.</summary>
    public static SetRevision OfTemplate(StoredObject set, long number) => new(
        $"{set.Key.Name}-{TemplateHash.Of(set.Root.At("spec", "template")!.Value)}", number, (JsonObject)set.ToNode().At("spec", "template")!.DeepClone());

    public static SetRevision Of(StoredObject revision)
    {
        var template = (JsonObject)revision.ToNode().At("data", "spec", "template")!.DeepClone();
        template.Remove("$patch");
        return new(revision.Key.Name, revision.Root.Number("revision") ?? 0, template);
    }

    public JsonObject ToObject(StoredObject set)
    {
        var labels = Template.At("metadata", "labels") is JsonObject map ? map.Copy() : [];
        labels[HashLabel] = Name[(set.Key.Name.Length + 1)..];
        var template = Template.Copy();
        template["$patch"] = "replace";
        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = Name, ["labels"] = labels, ["ownerReferences"] = new JsonArray(PodTemplates.ReferenceTo(set, Known.StatefulSets)) },
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = Number,
        };
    }
}
