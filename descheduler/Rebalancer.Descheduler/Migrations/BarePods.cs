using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>A pod without an owner is created again by us.</summary>
internal static class BarePods
{
    /// <summary>The pod as somebody could have created it: without what the server fills in, and without its place.</summary>
    public static V1Pod Record(V1Pod pod)
    {
        var spec = Copy(pod).Spec;
        spec.NodeName = null;
        spec.EphemeralContainers = null;
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

    public static V1Pod ForTarget(Migration migration)
    {
        var pod = Copy(migration.Status.Owner!.BarePod!);
        pod.Metadata.Annotations = new Dictionary<string, string>(pod.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            [Names.MigrationAnnotation] = migration.Metadata.Name,
            [Names.ClaimAnnotation] = migration.Status.Claim!.Token,
        };
        pod.Spec.NodeName = migration.Status.TargetNode;
        pod.Spec.RuntimeClassName = Names.RuntimeHandler;
        return pod;
    }

    private static V1Pod Copy(V1Pod pod) => KubernetesJson.Deserialize<V1Pod>(KubernetesJson.Serialize(pod));
}
