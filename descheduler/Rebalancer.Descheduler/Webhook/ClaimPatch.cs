using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>What a claimed replacement is given.</summary>
internal static class ClaimPatch
{
    public static string For(V1Pod pod, Migration migration)
    {
        var annotations = new Dictionary<string, string>(pod.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            [Names.MigrationAnnotation] = migration.Metadata.Name,
            [Names.ClaimAnnotation] = migration.Status.Claim!.Token,
        };
        var patch = new JsonPatch().Set("/metadata/annotations", annotations).Set("/spec/runtimeClassName", Names.RuntimeHandler);
        return (IsPlaced(pod, migration) ? patch.Set("/spec/nodeName", migration.Status.TargetNode!) : patch.Set("/spec/affinity", WithNode(pod.Spec.Affinity, migration.Status.TargetNode!))).ToJson();
    }

    /// <summary>
    /// As a bare pod: what it is made of is on the target and nowhere else, whatever taint has come there since; and where that node is gone, it goes as every pod
    /// of such a node, and its owner makes another. The API server takes no node for a pod with scheduling gates.
    /// </summary>
    private static bool IsPlaced(V1Pod pod, Migration migration)
        => OwnerKinds.KeepsName(migration.Status.Owner?.Kind) && pod.Spec.SchedulingGates is not { Count: > 0 };

    /// <summary>A copied token is worth nothing to its carrier; taken off so that no agent has to find that out.</summary>
    public static string Strip(V1Pod pod)
        => new JsonPatch()
            .Set("/metadata/annotations", pod.Metadata.Annotations.Where(a => a.Key is not (Names.MigrationAnnotation or Names.ClaimAnnotation)).ToDictionary())
            .ToJson();

    /// <summary>The terms of required node affinity are alternatives, so the node goes into each of them.</summary>
    private static V1Affinity WithNode(V1Affinity? affinity, string node)
    {
        affinity ??= new V1Affinity();
        affinity.NodeAffinity ??= new V1NodeAffinity();
        var required = affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution ??= new V1NodeSelector { NodeSelectorTerms = [] };
        if (required.NodeSelectorTerms is not { Count: > 0 })
        {
            required.NodeSelectorTerms = [new V1NodeSelectorTerm()];
        }

        foreach (var term in required.NodeSelectorTerms)
        {
            var onNode = new V1NodeSelectorRequirement { Key = Names.NodeNameField, OperatorProperty = "In", Values = [node] };
            term.MatchFields = [.. term.MatchFields ?? [], onNode];
        }

        return affinity;
    }
}
