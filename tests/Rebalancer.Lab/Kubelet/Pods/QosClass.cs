using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Quality of service class of a pod, from its requests and limits of CPU and memory.</summary>
internal static class QosClass
{
    private static readonly string[] Kinds = ["cpu", "memory"];

    public static string Of(V1Pod pod)
    {
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).ToArray();
        if (!containers.Any(container => Kinds.Any(kind => Limit(container, kind) is not null || Request(container, kind) is not null)))
        {
            return "BestEffort";
        }

        return containers.All(container => Kinds.All(kind => Limit(container, kind) is { } limit && (Request(container, kind) ?? limit) == limit)) ? "Guaranteed" : "Burstable";
    }

    /// <summary>In cores or bytes; null: not set or zero.</summary>
    public static decimal? Limit(V1Container container, string kind) => Positive(container.Resources?.Limits, kind);

    /// <summary>A missing request is the limit.</summary>
    public static decimal? Request(V1Container container, string kind) => Positive(container.Resources?.Requests, kind) ?? Limit(container, kind);

    private static decimal? Positive(IDictionary<string, ResourceQuantity>? quantities, string kind) =>
        quantities is not null && quantities.TryGetValue(kind, out var quantity) && quantity.ToDecimal() is var value and > 0 ? value : null;
}
