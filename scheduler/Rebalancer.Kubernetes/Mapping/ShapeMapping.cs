using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>What of a pod decides whether it can be moved live.</summary>
internal static class ShapeMapping
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";
    private const int DefaultPeriodSeconds = 10;
    private const int DefaultFailureThreshold = 3;

    public static PodShape ToModel(V1Pod pod)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        List<V1Container> containers = [.. (spec.InitContainers ?? []).Where(init => init.RestartPolicy == "Always"), .. spec.Containers ?? []];
        return new PodShape
        {
            Mirror = PodMapping.Annotation(pod, MirrorAnnotation) is not null || pod.Metadata.OwnerReferences?.Any(o => o.Kind == "Node") == true,
            Containers = [.. containers.Select(c => c.Name)],
            EphemeralContainers = [.. (spec.EphemeralContainers ?? []).Select(c => c.Name)],
            HostNamespaces = [.. HostNamespaces(spec)],
            ShareProcessNamespace = spec.ShareProcessNamespace ?? false,
            Terminal = containers.Any(c => c.Tty == true || c.Stdin == true),
            RuntimeClass = spec.RuntimeClassName ?? "",
            Volumes = [.. (spec.Volumes ?? []).Select(v => new VolumeInfo(v.Name, KindOf(v)))],
            Devices = [.. containers.SelectMany(Devices).Distinct().Order(StringComparer.Ordinal)],
            FreezeSensitiveProbes = [.. containers.SelectMany(FreezeSensitive)],
            Migratable = PodMapping.Annotation(pod, Names.Migratable),
            Reattach = PodMapping.Annotation(pod, Names.Reattach),
            DoNotDisrupt = DoNotDisrupt(pod),
            PreferNoDisruption = PodMapping.Annotation(pod, Names.PreferNoEviction) is not null,
        };
    }

    private static IEnumerable<string> HostNamespaces(V1PodSpec spec)
    {
        if (spec.HostNetwork == true)
        {
            yield return "network";
        }

        if (spec.HostPID == true)
        {
            yield return "pid";
        }

        if (spec.HostIPC == true)
        {
            yield return "ipc";
        }
    }

    private static string KindOf(V1Volume volume) => volume switch
    {
        { ConfigMap: not null } => "configMap",
        { Secret: not null } => "secret",
        { DownwardAPI: not null } => "downwardAPI",
        { Projected: not null } => "projected",
        { EmptyDir: not null } => "emptyDir",
        { HostPath: not null } => "hostPath",
        { PersistentVolumeClaim: not null } => "persistentVolumeClaim",
        { Ephemeral: not null } => "ephemeral",
        { Csi: not null } => "csi",
        { Nfs: not null } => "nfs",
        { Image: not null } => "image",
        _ => "another kind",
    };

    /// <summary>Extended resources carry a domain ("nvidia.com/gpu"); those of Kubernetes itself do not.</summary>
    private static IEnumerable<string> Devices(V1Container container)
        => (container.Resources?.Limits?.Keys ?? []).Concat(container.Resources?.Requests?.Keys ?? [])
            .Where(name => name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("kubernetes.io/", StringComparison.Ordinal))
            .Concat(container.Resources?.Claims is { Count: > 0 } claims ? claims.Select(c => "resource claim " + c.Name) : [])
            .Concat((container.VolumeDevices ?? []).Select(d => "block device " + d.Name));

    private static IEnumerable<ProbeInfo> FreezeSensitive(V1Container container)
    {
        if (container.LivenessProbe is { } probe && (probe.HttpGet is not null || probe.Grpc is not null))
        {
            var kind = probe.HttpGet is not null ? "http" : "grpc";
            yield return new ProbeInfo(container.Name, kind, probe.PeriodSeconds ?? DefaultPeriodSeconds, probe.FailureThreshold ?? DefaultFailureThreshold);
        }
    }

    private static string? DoNotDisrupt(V1Pod pod)
    {
        if (PodMapping.Annotation(pod, Names.DoNotDisrupt) == "true")
        {
            return Names.DoNotDisrupt + "=true";
        }

        return PodMapping.Annotation(pod, Names.SafeToEvict) == "false" ? Names.SafeToEvict + "=false" : null;
    }
}
