using k8s;
using k8s.Models;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Volumes;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>
/// Volumes of claims: mounted when they are attached to the node, unmounted when their pod has ended, and reported in between. Each pod has its device mounted right in
/// its folder; a real kubelet mounts it once for the node, and binds that. Owners and modes stay as they are (no fsGroup).
/// </summary>
internal sealed class ClaimVolumes(KubeletNode node, IKubernetes client, NodeMounts mounts, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    /// <summary>kubelet's podAttachAndMountTimeout.</summary>
    private static readonly TimeSpan AttachLimit = TimeSpan.FromSeconds(123);

    /// <exception cref="KubeletException">Not attached in time.</exception>
    public async Task MountAsync(V1Pod pod, string claim, string path, CancellationToken cancel)
    {
        if (mounts.DevicesBelow(path).Count > 0) { return; }
        var bound = await client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync(claim, pod.Namespace(), cancellationToken: cancel);
        var volume = LabVolume.UniqueNameOf(bound.Spec.VolumeName ?? throw new KubeletException("FailedMount", $"claim {claim} is not bound"));
        await mounts.MountDeviceAsync(await AttachedAsync(volume, cancel), path, cancel);
    }

    /// <summary>Fails where something still has the pod's files open: then it is not the time to give the volume back.</summary>
    public async Task UnmountAsync(string folder, CancellationToken cancel)
    {
        foreach (var (path, device) in mounts.DevicesBelow(folder))
        {
            await mounts.UnmountAsync(path, cancel);
            if (mounts.DevicesBelow("/var/lib/kubelet").All(other => other.Device != device)) { await GiveBackAsync(device, cancel); }
        }
    }

    /// <returns>Its device, which is not taken away any more.</returns>
    private async Task<string> AttachedAsync(string volume, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < AttachLimit)
        {
            if (await DeviceAsync(volume, cancel) is not null)
            {
                await ReportAsync(volume, isInUse: true, cancel);
                if (await DeviceAsync(volume, cancel) is { } device) { return device; }
                await ReportAsync(volume, isInUse: false, cancel);
            }

            await Task.Delay(Look, time, cancel);
        }

        throw new KubeletException("FailedMount", $"volume {volume} was not attached within {AttachLimit.TotalSeconds} s");
    }

    private async Task<string?> DeviceAsync(string volume, CancellationToken cancel) => NodeVolumes.DeviceOf(await client.CoreV1.ReadNodeAsync(node.Name, cancellationToken: cancel), volume);

    private async Task GiveBackAsync(string device, CancellationToken cancel)
    {
        var attached = (await client.CoreV1.ReadNodeAsync(node.Name, cancellationToken: cancel)).Status.VolumesAttached ?? [];
        foreach (var volume in attached.Where(volume => volume.DevicePath == device)) { await ReportAsync(volume.Name, isInUse: false, cancel); }
    }

    private Task ReportAsync(string volume, bool isInUse, CancellationToken cancel) => NodeVolumes.SetInUseAsync(client, node.Name, volume, isInUse, cancel);
}
