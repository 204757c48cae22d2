using k8s;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Lab.Kubelet;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Volumes;

/// <summary>
/// Disks that one node at a time has: a file each, which is made a loop device when it is attached, and none when it is detached. This stands for the network block
/// device of a cloud, its CSI driver and Kubernetes' attach/detach controller, with whose rules it gives volumes to nodes: a volume is attached to one node as long as
/// that has a pod for it, or says that it has it mounted (status.volumesInUse). All is by node.status.volumesAttached; there are no VolumeAttachments, nothing is ever
/// taken by force, and a disk is no slower than a file. Works from the first volume on.
/// </summary>
public sealed class LabStorage : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly IKubernetes client;
    private readonly string folder;
    private readonly TimeProvider time;
    private readonly KubeletLog log;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<LabVolume> volumes = [];
    private readonly List<(string Claim, string Node)> attachments = [];
    private readonly List<(string Claim, string What)> violations = [];
    private Task? working;

    /// <param name="folder">For the disks.</param>
    internal LabStorage(IKubernetes client, string folder, string logFile, TimeProvider time)
    {
        (this.client, this.folder, this.time) = (client, folder, time);
        log = new KubeletLog(logFile, time);
    }

    /// <summary>What it takes to attach a disk, and to detach it as well. Clouds take seconds to tens of seconds.</summary>
    public TimeSpan AttachTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The nodes to which a claim's disk was attached, in order.</summary>
    public IReadOnlyList<string> Attachments(string claim)
    {
        lock (gate) { return [.. attachments.Where(attached => attached.Claim == claim).Select(attached => attached.Node)]; }
    }

    /// <summary>What must never be of a claim's disk: that its node gives it back while somebody still has it, or that two nodes have it.</summary>
    public IReadOnlyList<string> Violations(string claim)
    {
        lock (gate) { return [.. violations.Where(violation => violation.Claim == claim).Select(violation => violation.What)]; }
    }

    /// <summary>Makes a disk with an empty ext4, a volume of it, and a claim that is bound to that.</summary>
    public async Task CreateAsync(string claim, string @namespace, int megabytes, CancellationToken cancel)
    {
        var volume = new LabVolume($"pv-{@namespace}-{claim}", claim, @namespace, $"{folder}/{@namespace}-{claim}.img");
        Directory.CreateDirectory(folder);
        await Command.CheckedAsync(["truncate", "--size", $"{megabytes}M", volume.File], cancel);
        await Command.CheckedAsync(["mkfs.ext4", "-q", "-F", volume.File], cancel);
        await client.CoreV1.CreatePersistentVolumeAsync(volume.Object(megabytes), cancellationToken: cancel);
        await client.CoreV1.CreateNamespacedPersistentVolumeClaimAsync(volume.ClaimObject(megabytes), @namespace, cancellationToken: cancel);
        lock (gate)
        {
            volumes.Add(volume);
            working ??= Task.Run(() => WorkAsync(stop.Token), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await (working ?? Task.CompletedTask).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        stop.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await PassAsync(cancel);
            }
            catch (Exception error) when (!cancel.IsCancellationRequested && error is HttpOperationException or HttpRequestException or CommandException)
            {
                log.Write($"tried again: {error.Message}");
            }

            await Task.Delay(Look, time, cancel);
        }
    }

    private async Task PassAsync(CancellationToken cancel)
    {
        var pods = (await client.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: cancel)).Items.Where(pod => pod.Spec.NodeName is { Length: > 0 } && pod.Status?.Phase is not ("Succeeded" or "Failed")).ToList();
        var nodes = (await client.CoreV1.ListNodeAsync(cancellationToken: cancel)).Items;
        LabVolume[] all;
        lock (gate) { all = [.. volumes]; }
        foreach (var volume in all)
        {
            var wanted = pods.Where(volume.IsUsedBy).Select(pod => pod.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
            var holders = nodes.Where(node => NodeVolumes.DeviceOf(node, volume.UniqueName) is not null).ToList();
            if (holders.Count > 1) { Violate(volume, $"{volume.Name} is attached to {string.Join(", ", holders.Select(node => node.Name()))}"); }
            if (holders.FirstOrDefault() is { } holder)
            {
                if (!wanted.Contains(holder.Name()) && !NodeVolumes.IsInUse(holder, volume.UniqueName)) { await DetachAsync(volume, holder, cancel); }
            }
            else if (wanted.FirstOrDefault() is { } node)
            {
                await AttachAsync(volume, node, cancel);
            }
        }
    }

    private async Task AttachAsync(LabVolume volume, string node, CancellationToken cancel)
    {
        await Task.Delay(AttachTime, time, cancel);
        if (LoopDevices.Below(folder).Any(device => IsOf(device, volume))) { Violate(volume, $"{volume.Name} is to be attached to {node}, and its disk is somewhere already"); }
        var device = await LoopDevices.AttachAsync(volume.File, cancel);
        await NodeVolumes.SetAttachedAsync(client, node, volume.UniqueName, device, cancel);
        log.Write($"{volume.Name} attached to {node} as {device}");
        lock (gate) { attachments.Add((volume.Claim, node)); }
    }

    /// <summary>First the node is told, then it is asked once more, as it may just have begun to use it.</summary>
    private async Task DetachAsync(LabVolume volume, V1Node node, CancellationToken cancel)
    {
        var device = NodeVolumes.DeviceOf(node, volume.UniqueName)!;
        await NodeVolumes.SetAttachedAsync(client, node.Name(), volume.UniqueName, device: null, cancel);
        if (NodeVolumes.IsInUse(await client.CoreV1.ReadNodeAsync(node.Name(), cancellationToken: cancel), volume.UniqueName))
        {
            await NodeVolumes.SetAttachedAsync(client, node.Name(), volume.UniqueName, device, cancel);
            return;
        }

        await Task.Delay(AttachTime, time, cancel);
        while (!await LoopDevices.TryDetachAsync(device, cancel)) { Violate(volume, $"{volume.Name} was given back by {node.Name()}, where somebody still has {device}"); }
        log.Write($"{volume.Name} detached from {node.Name()}");
    }

    private static bool IsOf(string device, LabVolume volume) => LoopDevices.FileOf(Path.GetFileName(device)).Trim() == volume.File;

    private void Violate(LabVolume volume, string what)
    {
        log.Write("VIOLATION: " + what);
        lock (gate) { violations.Add((volume.Claim, what)); }
    }
}
