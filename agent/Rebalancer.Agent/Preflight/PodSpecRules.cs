using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>What the pod's own specification rules out. Pure.</summary>
internal static class PodSpecRules
{
    public static Refusal? Check(V1Pod pod)
    {
        var spec = pod.Spec;
        if (spec.HostNetwork == true || spec.HostPID == true || spec.HostIPC == true)
        {
            return new(Reasons.HostNamespace, $"pod {pod.Metadata.Name} uses a namespace of its node (hostNetwork, hostPID or hostIPC)");
        }
        if (spec.ShareProcessNamespace == true) { return new(Reasons.SharedProcessNamespace, $"pod {pod.Metadata.Name} sets shareProcessNamespace"); }
        var count = spec.Containers.Count + (spec.EphemeralContainers?.Count ?? 0) + (spec.InitContainers?.Count(init => init.RestartPolicy == "Always") ?? 0);
        if (count != 1) { return new(Reasons.SeveralContainers, $"pod {pod.Metadata.Name} runs {count} containers; one can be moved"); }
        var container = spec.Containers[0];
        if (container.Tty == true || container.Stdin == true) { return new(Reasons.TerminalUnsupported, $"container {container.Name} of pod {pod.Metadata.Name} has a terminal or stdin"); }
        if (container.VolumeDevices?.Count > 0) { return new(Reasons.DeviceUnsupported, $"container {container.Name} of pod {pod.Metadata.Name} has block device {container.VolumeDevices[0].Name}"); }
        if (container.Resources?.Limits?.Keys.FirstOrDefault(IsDevice) is { } device) { return new(Reasons.DeviceUnsupported, $"container {container.Name} of pod {pod.Metadata.Name} has device {device}"); }
        var volume = spec.Volumes?.FirstOrDefault(volume => !IsMovable(volume));
        return volume is null ? null : new(Reasons.VolumeUnsupported, $"volume {volume.Name} of pod {pod.Metadata.Name} is of a kind that does not move ({Kind(volume)})");
    }

    /// <summary>Volumes that the target makes again by itself.</summary>
    public static bool IsProvidedByKubelet(V1Volume volume) => volume.ConfigMap is not null || volume.Secret is not null || volume.DownwardAPI is not null || volume.Projected is not null;

    private static bool IsMovable(V1Volume volume) => IsProvidedByKubelet(volume) || volume.EmptyDir is { Medium: null or "" or "Memory" };

    /// <summary>Extended resources ("nvidia.com/gpu") have a domain; hugepages are named without one.</summary>
    private static bool IsDevice(string resource) => resource.Contains('/', StringComparison.Ordinal) || resource.StartsWith("hugepages-", StringComparison.Ordinal);

    private static string Kind(V1Volume volume) => volume switch
    {
        { HostPath: not null } => "hostPath",
        { EmptyDir: { } empty } => $"emptyDir of medium {empty.Medium}",
        { PersistentVolumeClaim: not null } => "persistentVolumeClaim",
        { Ephemeral: not null } => "ephemeral",
        { Csi: not null } => "csi",
        { Nfs: not null } => "nfs",
        _ => "other",
    };
}
