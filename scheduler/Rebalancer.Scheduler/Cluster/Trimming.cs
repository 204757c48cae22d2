using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Scheduler.Cluster;

/// <summary>What the extender never looks at and would keep for each of 100,000 pods. Everything that a score or a filter is made from stays.</summary>
internal static class Trimming
{
    private static readonly string[] PodAnnotations = [Names.MigrationAnnotation, Names.ClaimAnnotation];

    public static void Node(V1Node node)
    {
        node.Metadata.ManagedFields = null;
        if (node.Status is { } status)
        {
            (status.Images, status.VolumesAttached, status.VolumesInUse, status.Capacity) = (null, null, null, null);
        }
    }

    public static void Pod(V1Pod pod)
    {
        var metadata = pod.Metadata;
        metadata.ManagedFields = null;
        metadata.OwnerReferences = null;
        metadata.Annotations = metadata.Annotations?.Where(a => PodAnnotations.Contains(a.Key)).ToDictionary() is { Count: > 0 } kept ? kept : null;
        if (pod.Spec is { } spec)
        {
            spec.Volumes = null;
            spec.EphemeralContainers = null;
            foreach (var container in (spec.Containers ?? []).Concat(spec.InitContainers ?? []))
            {
                Container(container);
            }
        }

        if (pod.Status is { } status)
        {
            (status.Conditions, status.PodIPs, status.HostIPs) = (null, null, null);
            foreach (var container in (status.ContainerStatuses ?? []).Concat(status.InitContainerStatuses ?? []))
            {
                (container.State, container.LastState, container.VolumeMounts) = (null, null, null);
            }
        }
    }

    private static void Container(V1Container container)
    {
        (container.Env, container.EnvFrom, container.VolumeMounts, container.Command, container.Args) = (null, null, null, null, null);
        (container.LivenessProbe, container.ReadinessProbe, container.StartupProbe, container.Lifecycle) = (null, null, null, null);
    }
}
