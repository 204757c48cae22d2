using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>What a pod takes of its node beside resources: ports and volumes.</summary>
internal static class PodUse
{
    /// <summary>Ports of containers that run as long as the pod does; init containers are gone by then.</summary>
    public static ImmutableArray<HostPort> HostPorts(V1PodSpec spec)
    {
        var running = (spec.InitContainers ?? []).Where(c => c.RestartPolicy == "Always").Concat(spec.Containers ?? []);
        return [.. running.SelectMany(c => c.Ports ?? []).Where(p => p.HostPort is > 0).Select(p =>
            new HostPort(string.IsNullOrEmpty(p.HostIP) ? "0.0.0.0" : p.HostIP, string.IsNullOrEmpty(p.Protocol) ? "TCP" : p.Protocol, p.HostPort!.Value))];
    }

    /// <summary>The claim of a generic ephemeral volume is called after the pod and the volume.</summary>
    public static ImmutableArray<string> Claims(V1Pod pod)
        => [.. (pod.Spec?.Volumes ?? [])
            .Select(v => v.PersistentVolumeClaim?.ClaimName ?? (v.Ephemeral is null ? null : $"{pod.Metadata.Name}-{v.Name}"))
            .OfType<string>().Distinct().Order(StringComparer.Ordinal)];
}
