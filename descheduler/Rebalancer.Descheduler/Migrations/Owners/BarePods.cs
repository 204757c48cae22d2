using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations.Owners;

/// <summary>A pod without an owner is created again by us.</summary>
internal static class BarePods
{
    /// <summary>The server adds 5 characters to a generated name of at most 63.</summary>
    private const int MaxPrefix = 58;

    /// <summary>The pod as somebody could have created it: without what the server fills in, and without its place, by an earlier move's mark too (an owner may be gone since).</summary>
    public static V1Pod Record(V1Pod pod)
    {
        var spec = Copy(pod).Spec;
        spec.NodeName = null;
        spec.EphemeralContainers = null;
        if (pod.Metadata.Annotations?.ContainsKey(Names.ClaimAnnotation) == true) { RemovePin(spec.Affinity?.NodeAffinity, pod.Spec.NodeName); }
        return new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta
            {
                Name = pod.Metadata.Name,
                NamespaceProperty = pod.Metadata.NamespaceProperty,
                Labels = pod.Metadata.Labels,
                Annotations = pod.Metadata.Annotations?.Where(a => a.Key is not (Names.MigrationAnnotation or Names.ClaimAnnotation)).ToDictionary(),
                OwnerReferences = pod.Metadata.OwnerReferences,
                Finalizers = pod.Metadata.Finalizers,
            },
            Spec = spec,
        };
    }

    /// <summary>Like the pod to come, under a name that is free.</summary>
    public static V1Pod Trial(V1Pod record, string target)
    {
        var pod = Place(record, target);
        pod.Metadata.GenerateName = pod.Metadata.Name.Length > MaxPrefix ? pod.Metadata.Name[..MaxPrefix] : pod.Metadata.Name + "-";
        pod.Metadata.Name = null;
        return pod;
    }

    public static V1Pod ForTarget(Migration migration)
    {
        var pod = Place(migration.Status.Owner!.BarePod!, migration.Status.TargetNode!);
        pod.Metadata.Annotations = new Dictionary<string, string>(pod.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            [Names.MigrationAnnotation] = migration.Metadata.Name,
            [Names.ClaimAnnotation] = migration.Status.Claim!.Token,
        };
        return pod;
    }

    /// <summary>The node that a copy was claimed for stands in each term; a term that asks for nothing else is no wish of its owner.</summary>
    private static void RemovePin(V1NodeAffinity? affinity, string node)
    {
        if (affinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { NodeSelectorTerms: { } terms } required) { return; }
        foreach (var term in terms)
        {
            term.MatchFields = [.. (term.MatchFields ?? []).Where(f => !(f is { Key: Names.NodeNameField, OperatorProperty: "In", Values: [var only] } && only == node))];
        }

        required.NodeSelectorTerms = [.. terms.Where(t => t.MatchFields.Count > 0 || t.MatchExpressions is { Count: > 0 })];
        if (required.NodeSelectorTerms.Count == 0) { affinity.RequiredDuringSchedulingIgnoredDuringExecution = null; }
    }

    private static V1Pod Place(V1Pod record, string target)
    {
        var pod = Copy(record);
        pod.Spec.NodeName = target;
        pod.Spec.RuntimeClassName = Names.RuntimeHandler;
        return pod;
    }

    private static V1Pod Copy(V1Pod pod) => KubernetesJson.Deserialize<V1Pod>(KubernetesJson.Serialize(pod));
}
