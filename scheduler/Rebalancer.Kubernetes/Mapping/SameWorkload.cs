using k8s;
using k8s.Models;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>
/// Whether two pods would run the same program with the same rights on the same data: else a checkpoint of one is none of the other, or its memory would come into
/// other hands.
/// </summary>
public static class SameWorkload
{
    private const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string TokenVolume = "kube-api-access-";

    /// <returns>The first field in which they differ, as "spec.volumes"; null where they do not.</returns>
    public static string? Difference(V1Pod a, V1Pod b)
    {
        var (left, right) = (Fields(a.Spec), Fields(b.Spec));
        return left.Zip(right).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => pair.First.Name).FirstOrDefault();
    }

    private static (string Name, string Value)[] Fields(V1PodSpec spec) =>
    [
        ("spec.containers", Text((spec.Containers ?? []).Select(Essence))),
        ("spec.initContainers", Text((spec.InitContainers ?? []).Select(Essence))),
        ("spec.volumes", Text((spec.Volumes ?? []).Where(volume => !IsToken(volume)))),
        ("spec.serviceAccountName", spec.ServiceAccountName ?? ""),
        ("spec.securityContext", Text(spec.SecurityContext ?? new V1PodSecurityContext())),
        ("spec.hostNetwork", Text(spec.HostNetwork == true)),
        ("spec.hostPID", Text(spec.HostPID == true)),
        ("spec.hostIPC", Text(spec.HostIPC == true)),
        ("spec.shareProcessNamespace", Text(spec.ShareProcessNamespace == true)),
    ];

    private static V1Container Essence(V1Container container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        Command = container.Command ?? [],
        Args = container.Args ?? [],
        RestartPolicy = container.RestartPolicy,
        SecurityContext = container.SecurityContext ?? new V1SecurityContext(),
        VolumeMounts = [.. (container.VolumeMounts ?? []).Where(mount => mount.MountPath != TokenPath)],
        VolumeDevices = container.VolumeDevices ?? [],
    };

    /// <summary>Its name, which the API server makes, is another one in each pod.</summary>
    private static bool IsToken(V1Volume volume) => volume.Projected is not null && volume.Name.StartsWith(TokenVolume, StringComparison.Ordinal);

    private static string Text(object value) => KubernetesJson.Serialize(value);
}
