using k8s.Models;
using Rebalancer.Lab.Kubelet.Containers;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>The files of volumes that come from objects of the API.</summary>
internal sealed class ProjectedFiles(PodObjects objects, string nodeAddress)
{
    /// <exception cref="KubeletException">A referenced object is missing and not optional.</exception>
    public async Task<IReadOnlyDictionary<string, byte[]>> ConfigMapAsync(V1Pod pod, string name, bool? optional, IList<V1KeyToPath>? items, CancellationToken cancel)
    {
        var configMap = await objects.ConfigMapAsync(pod, name, optional, cancel);
        var text = (configMap?.Data ?? new Dictionary<string, string>()).Select(pair => KeyValuePair.Create(pair.Key, AtomicFolder.Bytes(pair.Value)));
        return Select(text.Concat(configMap?.BinaryData ?? new Dictionary<string, byte[]>()), items);
    }

    /// <exception cref="KubeletException">A referenced object is missing and not optional.</exception>
    public async Task<IReadOnlyDictionary<string, byte[]>> SecretAsync(V1Pod pod, string name, bool? optional, IList<V1KeyToPath>? items, CancellationToken cancel) =>
        Select((await objects.SecretAsync(pod, name, optional, cancel))?.Data ?? new Dictionary<string, byte[]>(), items);

    public IReadOnlyDictionary<string, byte[]> DownwardApi(V1Pod pod, IList<V1DownwardAPIVolumeFile>? items) => (items ?? [])
        .Where(item => item.FieldRef is not null)
        .ToDictionary(item => item.Path, item => AtomicFolder.Bytes(PodFields.Value(pod, item.FieldRef.FieldPath, nodeAddress, pod.Status?.PodIP)));

    /// <exception cref="KubeletException">A referenced object is missing and not optional.</exception>
    public async Task<IReadOnlyDictionary<string, byte[]>> ProjectedAsync(V1Pod pod, V1ProjectedVolumeSource volume, CancellationToken cancel)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var source in volume.Sources ?? [])
        {
            foreach (var (path, content) in await SourceAsync(pod, source, cancel))
            {
                files[path] = content;
            }
        }

        return files;
    }

    private async Task<IReadOnlyDictionary<string, byte[]>> SourceAsync(V1Pod pod, V1VolumeProjection source, CancellationToken cancel)
    {
        if (source.ConfigMap is { } configMap)
        {
            return await ConfigMapAsync(pod, configMap.Name, configMap.Optional, configMap.Items, cancel);
        }

        if (source.Secret is { } secret)
        {
            return await SecretAsync(pod, secret.Name, secret.Optional, secret.Items, cancel);
        }

        return source.ServiceAccountToken is { } token ? Token(pod, token) : DownwardApi(pod, source.DownwardAPI?.Items);
    }

    // Differs from pod to pod as real tokens do, and is good for nothing.
    private static Dictionary<string, byte[]> Token(V1Pod pod, V1ServiceAccountTokenProjection token) =>
        new() { [token.Path] = AtomicFolder.Bytes($"lab.{pod.Namespace()}.{pod.Spec.ServiceAccountName ?? "default"}.{pod.Uid()}") };

    private static Dictionary<string, byte[]> Select(IEnumerable<KeyValuePair<string, byte[]>> data, IList<V1KeyToPath>? items)
    {
        var all = data.ToDictionary();
        return items is { Count: > 0 }
            ? items.ToDictionary(item => item.Path, item => all.TryGetValue(item.Key, out var content) ? content : throw new KubeletException("FailedMount", $"references non-existent key: {item.Key}"))
            : all;
    }
}
