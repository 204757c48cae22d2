using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>Values of a pod's fields for environment variables and downward API files.</summary>
internal static class PodFields
{
    /// <exception cref="KubeletException">The path names no field that kubelet offers.</exception>
    public static string Value(V1Pod pod, string path, string nodeAddress, string? podAddress) => path switch
    {
        "metadata.name" => pod.Name(),
        "metadata.namespace" => pod.Namespace(),
        "metadata.uid" => pod.Uid(),
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec.NodeName,
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "default",
        "status.hostIP" or "status.hostIPs" => nodeAddress,
        "status.podIP" or "status.podIPs" => podAddress ?? "",
        _ when Keyed(path, "metadata.labels") is { } key => Entry(pod.Metadata.Labels, key),
        _ when Keyed(path, "metadata.annotations") is { } key => Entry(pod.Metadata.Annotations, key),
        _ => throw new KubeletException("CreateContainerConfigError", $"pod {pod.Namespace()}/{pod.Name()}: unsupported fieldPath '{path}'"),
    };

    private static string? Keyed(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    private static string Entry(IDictionary<string, string>? map, string key) => map is not null && map.TryGetValue(key, out var value) ? value : "";

    private static string Lines(IDictionary<string, string>? map) =>
        string.Join('\n', (map ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}=\"{pair.Value}\""));
}
