using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>Mounts in a node's mount namespace.</summary>
internal sealed class NodeMounts(KubeletNode node)
{
    public async Task MountTmpfsAsync(string path, string mode, CancellationToken cancel)
    {
        Directory.CreateDirectory(node.Seen(path));
        if (!Below(path).Contains(path))
        {
            await Command.CheckedAsync(node.Namespaces.Enter("mount", "-t", "tmpfs", "-o", $"mode={mode}", "tmpfs", path), cancel);
        }
    }

    public async Task MountDeviceAsync(string device, string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(node.Seen(path));
        await Command.CheckedAsync(node.Namespaces.Enter("mount", "-t", "ext4", device, path), cancel);
    }

    /// <summary>What lies in the kernel's memory of a block device is written to it before this ends.</summary>
    /// <exception cref="CommandException">Something there is in use.</exception>
    public Task UnmountAsync(string path, CancellationToken cancel) => Command.CheckedAsync(node.Namespaces.Enter("umount", path), cancel);

    /// <summary>Block devices that are mounted at a folder or below it.</summary>
    public IReadOnlyList<(string Path, string Device)> DevicesBelow(string folder) =>
        [.. Lines().Select(line => (Path: line.Split(' ')[4], Source: line.Split(" - ")[1].Split(' '))).Where(mount => mount.Source[0] == "ext4" && mount.Source[1].StartsWith("/dev/loop", StringComparison.Ordinal) && IsBelow(mount.Path, folder)).Select(mount => (mount.Path, mount.Source[1]))];

    public async Task UnmountBelowAsync(string folder, CancellationToken cancel)
    {
        var mounted = Below(folder);
        if (mounted.Count > 0)
        {
            await Command.CheckedAsync(node.Namespaces.Enter(["umount", "--lazy", .. mounted.OrderByDescending(path => path.Length)]), cancel);
        }
    }

    private HashSet<string> Below(string folder) => Lines().Select(line => line.Split(' ')[4]).Where(path => IsBelow(path, folder)).ToHashSet();

    private IEnumerable<string> Lines() => File.ReadLines($"/proc/{node.Namespaces.InitPid}/mountinfo");

    private static bool IsBelow(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
