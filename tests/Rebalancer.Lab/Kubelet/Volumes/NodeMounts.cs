using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>tmpfs mounts in a node's mount namespace.</summary>
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

    public async Task UnmountBelowAsync(string folder, CancellationToken cancel)
    {
        var mounted = Below(folder);
        if (mounted.Count > 0)
        {
            await Command.CheckedAsync(node.Namespaces.Enter(["umount", "--lazy", .. mounted.OrderByDescending(path => path.Length)]), cancel);
        }
    }

    private HashSet<string> Below(string folder) =>
        File.ReadLines($"/proc/{node.Namespaces.InitPid}/mountinfo")
            .Select(line => line.Split(' ')[4])
            .Where(path => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal))
            .ToHashSet();
}
