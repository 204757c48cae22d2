using k8s.Models;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>Makes the volumes of a pod on its node, and removes them.</summary>
internal sealed class PodVolumes(KubeletNode node, ProjectedFiles files, NodeMounts mounts, ClaimVolumes claims, TimeProvider time)
{
    private const int DefaultFileMode = 0b110_100_100;
    private const string AnyoneMode = "1777";

    /// <exception cref="KubeletException">FailedMount: a source is missing or of a kind that the lab does not have.</exception>
    public async Task PrepareAsync(V1Pod pod, CancellationToken cancel)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                await PrepareAsync(pod, volume, cancel);
            }
            catch (KubeletException error)
            {
                throw new KubeletException("FailedMount", $"MountVolume.SetUp failed for volume \"{volume.Name}\": {error.Message}", error);
            }
        }
    }

    /// <summary>Path on the node of a prepared volume.</summary>
    public static string PathOf(V1Pod pod, V1Volume volume) => volume switch
    {
        { HostPath: { } host } => host.Path,
        { PersistentVolumeClaim: not null } => PodPaths.Volume(pod, "csi", volume.Name) + "/mount",
        { EmptyDir: not null } => PodPaths.Volume(pod, "empty-dir", volume.Name),
        { ConfigMap: not null } => PodPaths.Volume(pod, "configmap", volume.Name),
        { Secret: not null } => PodPaths.Volume(pod, "secret", volume.Name),
        { DownwardAPI: not null } => PodPaths.Volume(pod, "downward-api", volume.Name),
        { Projected: not null } => PodPaths.Volume(pod, "projected", volume.Name),
        _ => throw new KubeletException("FailedMount", $"volume \"{volume.Name}\" is of a kind that the lab's kubelet does not have"),
    };

    public async Task RemoveAsync(string podUid, CancellationToken cancel)
    {
        var folder = PodPaths.Folder(podUid);
        await claims.UnmountAsync(folder, cancel);
        await mounts.UnmountBelowAsync(folder, cancel);
        await Command.CheckedAsync(["rm", "-rf", "--one-file-system", node.Seen(folder)], cancel);
    }

    private async Task PrepareAsync(V1Pod pod, V1Volume volume, CancellationToken cancel)
    {
        var path = PathOf(pod, volume);
        switch (volume)
        {
            case { HostPath: { } host }:
                PrepareHostPath(host);
                break;
            case { PersistentVolumeClaim: { } claim }:
                await claims.MountAsync(pod, claim.ClaimName, path, cancel);
                break;
            case { EmptyDir: { Medium: "Memory" } }:
                await mounts.MountTmpfsAsync(path, AnyoneMode, cancel);
                break;
            case { EmptyDir: not null }:
                Directory.CreateDirectory(node.Seen(path));
                File.SetUnixFileMode(node.Seen(path), (UnixFileMode)0b111_111_111);
                break;
            case { ConfigMap: { } source }:
                Write(path, await files.ConfigMapAsync(pod, source.Name, source.Optional, source.Items, cancel), source.DefaultMode);
                break;
            case { Secret: { } source }:
                await mounts.MountTmpfsAsync(path, AnyoneMode, cancel);
                Write(path, await files.SecretAsync(pod, source.SecretName, source.Optional, source.Items, cancel), source.DefaultMode);
                break;
            case { DownwardAPI: { } source }:
                await mounts.MountTmpfsAsync(path, AnyoneMode, cancel);
                Write(path, files.DownwardApi(pod, source.Items), source.DefaultMode);
                break;
            case { Projected: { } source }:
                await mounts.MountTmpfsAsync(path, AnyoneMode, cancel);
                Write(path, await files.ProjectedAsync(pod, source, cancel), source.DefaultMode);
                break;
        }
    }

    // Once per pod: later changes of the object are not carried into running pods.
    private void Write(string path, IReadOnlyDictionary<string, byte[]> content, int? mode)
    {
        var folder = node.Seen(path);
        Directory.CreateDirectory(folder);
        if (!AtomicFolder.IsWritten(folder))
        {
            AtomicFolder.Write(folder, content, (UnixFileMode)(mode ?? DefaultFileMode), time.GetUtcNow());
        }
    }

    private void PrepareHostPath(V1HostPathVolumeSource host)
    {
        var seen = node.Seen(host.Path);
        if (host.Type == "DirectoryOrCreate")
        {
            Directory.CreateDirectory(seen);
        }
        else if (host.Type == "FileOrCreate" && !File.Exists(seen))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(seen)!);
            File.WriteAllText(seen, "");
        }
        else if (host.Type is "Directory" or "File" && !Path.Exists(seen))
        {
            throw new KubeletException("FailedMount", $"hostPath {host.Path} does not exist");
        }
    }
}
