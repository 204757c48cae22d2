using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Containers;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>The mounts of a container: its volumes, /etc/hosts and the termination log.</summary>
internal sealed class ContainerMounts(KubeletNode node)
{
    /// <exception cref="KubeletException">A mount names no volume of the pod.</exception>
    public async Task<IReadOnlyList<Mount>> OfAsync(V1Pod pod, V1Container container, int attempt, string? podAddress, CancellationToken cancel)
    {
        var mounts = (container.VolumeMounts ?? []).Select(mount => Of(pod, mount)).ToList();
        if (pod.Spec.HostNetwork != true && mounts.All(mount => mount.ContainerPath != "/etc/hosts"))
        {
            await WriteHostsAsync(pod, podAddress, cancel);
            mounts.Add(new Mount { ContainerPath = "/etc/hosts", HostPath = PodPaths.EtcHosts(pod) });
        }

        var log = PodPaths.TerminationLog(pod, container.Name, attempt);
        Directory.CreateDirectory(Path.GetDirectoryName(node.Seen(log))!);
        await File.WriteAllTextAsync(node.Seen(log), "", cancel);
        File.SetUnixFileMode(node.Seen(log), (UnixFileMode)0b110_110_110);
        mounts.Add(new Mount { ContainerPath = container.TerminationMessagePath ?? ContainerConfigs.DefaultTerminationMessagePath, HostPath = log });
        return mounts;
    }

    private Mount Of(V1Pod pod, V1VolumeMount mount)
    {
        var volume = pod.Spec.Volumes?.FirstOrDefault(volume => volume.Name == mount.Name)
            ?? throw new KubeletException("CreateContainerConfigError", $"volumeMount names volume \"{mount.Name}\", which the pod does not have");
        var path = PodVolumes.PathOf(pod, volume);
        if (mount.SubPath is { Length: > 0 } subPath)
        {
            path = $"{path}/{subPath}";
            if (!Path.Exists(node.Seen(path)))
            {
                Directory.CreateDirectory(node.Seen(path));
            }
        }

        return new Mount
        {
            ContainerPath = mount.MountPath,
            HostPath = path,
            Readonly = mount.ReadOnlyProperty == true,
            Propagation = mount.MountPropagation switch
            {
                "HostToContainer" => MountPropagation.PropagationHostToContainer,
                "Bidirectional" => MountPropagation.PropagationBidirectional,
                _ => MountPropagation.PropagationPrivate,
            },
        };
    }

    private async Task WriteHostsAsync(V1Pod pod, string? podAddress, CancellationToken cancel)
    {
        var lines = new List<string>
        {
            "# Kubernetes-managed hosts file.", "127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", $"{podAddress}\t{pod.Spec.Hostname ?? pod.Name()}",
        };
        lines.AddRange((pod.Spec.HostAliases ?? []).Select(alias => $"{alias.Ip}\t{string.Join('\t', alias.Hostnames)}"));
        var path = node.Seen(PodPaths.EtcHosts(pod));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n", cancel);
    }
}
