using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>V1Pod to the model.</summary>
public static class PodMapping
{
    /// <param name="namespaces">Labels of namespaces, where they are known: without them a namespaceSelector is read in the safe direction.</param>
    public static PodInfo ToModel(V1Pod pod, ICollection<InvalidField> problems, NamespaceLabels? namespaces = null)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        return new PodInfo
        {
            Namespace = pod.Metadata.NamespaceProperty ?? "",
            Name = pod.Metadata.Name ?? "",
            Uid = pod.Metadata.Uid ?? "",
            NodeName = spec.NodeName ?? "",
            Labels = (pod.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(),
            Requests = PodRequests.Of(pod, problems),
            Placement = PlacementMapping.ToModel(pod, namespaces),
            Shape = ShapeMapping.ToModel(pod),
            Owner = Owner(pod.Metadata),
            Phase = pod.Status?.Phase ?? "",
            Ready = IsReady(pod),
            Terminating = pod.Metadata.DeletionTimestamp is not null,
            Priority = spec.Priority ?? 0,
            PriorityClass = spec.PriorityClassName ?? "",
            HostPorts = PodUse.HostPorts(spec),
            Claims = PodUse.Claims(pod),
            StartedAt = Instants.ToModel(pod.Status?.StartTime),
        };
    }

    /// <summary>The controller among the owners.</summary>
    internal static OwnerInfo? Owner(V1ObjectMeta metadata)
        => metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is { } owner ? new OwnerInfo(owner.Kind, owner.Name, owner.Uid) : null;

    public static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") ?? false;

    public static string? Annotation(V1Pod pod, string key)
        => pod.Metadata.Annotations is { } all && all.TryGetValue(key, out var value) ? value : null;
}
