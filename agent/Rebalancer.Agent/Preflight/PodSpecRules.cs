using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>What the pod's own specification rules out. Pure.</summary>
internal static class PodSpecRules
{
    /// <summary>They are dumped at the same time, and restored one after another inside the freeze.</summary>
    public const int MaximumContainers = 16;

    public static Refusal? Check(V1Pod pod)
    {
        var spec = pod.Spec;
        if (spec.HostNetwork == true || spec.HostPID == true || spec.HostIPC == true)
        {
            return new(Reasons.HostNamespace, $"pod {pod.Metadata.Name} uses a namespace of its node (hostNetwork, hostPID or hostIPC)");
        }
        if (spec.ShareProcessNamespace == true) { return new(Reasons.SharedProcessNamespace, $"pod {pod.Metadata.Name} sets shareProcessNamespace"); }
        if (spec.EphemeralContainers is [var debug, ..]) { return new(Reasons.EphemeralContainer, $"pod {pod.Metadata.Name} has ephemeral container {debug.Name}, which its replacement would not have"); }
        var moving = Moving(spec);
        if (moving.Count > MaximumContainers) { return new(Reasons.TooManyContainers, $"pod {pod.Metadata.Name} runs {moving.Count} containers; at most {MaximumContainers} can be moved"); }
        if (moving.Select(container => Check(pod, container)).FirstOrDefault(refusal => refusal is not null) is { } refused) { return refused; }
        // Restored before the last one, they answer only when that is there too.
        if (moving.SkipLast(1).FirstOrDefault(IsWaitedFor) is { } waited) { return new(Reasons.StartupUnsupported, $"container {waited.Name} of pod {pod.Metadata.Name} has a postStart hook, or is a sidecar with a startup probe, which kubelet waits for before it makes the next container"); }
        var volume = spec.Volumes?.FirstOrDefault(volume => !IsMovable(volume) && !(volume.PersistentVolumeClaim is not null && Reattaches(pod)));
        return volume is null ? null : new(Reasons.VolumeUnsupported, $"volume {volume.Name} of pod {pod.Metadata.Name} is of a kind that does not move ({Kind(volume)})");
    }

    /// <summary>Its owner lets its clients wait for its claims' volumes, and nothing of the copy is needed before the pod has let go of them.</summary>
    private static bool Reattaches(V1Pod pod) => pod.Metadata.Annotations?.TryGetValue(Names.Reattach, out var text) == true && text == "true"
        && OwnerKinds.KeepsName(pod.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true)?.Kind ?? OwnerKinds.None);

    /// <summary>The containers that run as long as the pod, in the order in which kubelet starts them: sidecars, then the others.</summary>
    public static IReadOnlyList<V1Container> Moving(V1PodSpec spec) => [.. (spec.InitContainers ?? []).Where(init => init.RestartPolicy == "Always"), .. spec.Containers];

    private static bool IsWaitedFor(V1Container container) => container.Lifecycle?.PostStart is not null || (container.RestartPolicy == "Always" && container.StartupProbe is not null);

    private static Refusal? Check(V1Pod pod, V1Container container)
    {
        if (container.Tty == true || container.Stdin == true) { return new(Reasons.TerminalUnsupported, $"container {container.Name} of pod {pod.Metadata.Name} has a terminal or stdin"); }
        if (container.VolumeDevices?.Count > 0) { return new(Reasons.DeviceUnsupported, $"container {container.Name} of pod {pod.Metadata.Name} has block device {container.VolumeDevices[0].Name}"); }
        return container.Resources?.Limits?.Keys.FirstOrDefault(IsDevice) is { } device ? new(Reasons.DeviceUnsupported, $"container {container.Name} of pod {pod.Metadata.Name} has device {device}") : null;
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
