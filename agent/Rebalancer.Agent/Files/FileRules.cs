using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>Whether a pod's files can be carried: looked at before anything is touched.</summary>
internal static class FileRules
{
    /// <returns>Bytes of all trees: on disk, and in memory (which hold the pod's memory too).</returns>
    /// <exception cref="MoveException">They cannot: the reason is typed and names the file.</exception>
    public static FileSizes Check(IReadOnlyList<PodTree> trees)
    {
        var sizes = new FileSizes(0, 0);
        foreach (var tree in trees)
        {
            var bytes = Measure(tree);
            sizes = tree.IsOnDisk ? sizes with { DiskBytes = sizes.DiskBytes + bytes } : sizes with { MemoryBytes = sizes.MemoryBytes + bytes };
        }
        if (sizes.DiskBytes + sizes.MemoryBytes > FileLimits.TotalBytes)
        {
            throw new MoveException(Reasons.FilesTooLarge, $"the pod's layers and volumes hold {sizes.DiskBytes + sizes.MemoryBytes} bytes, at most {FileLimits.TotalBytes} are moved");
        }
        return sizes;
    }

    private static long Measure(PodTree tree)
    {
        try
        {
            using var folder = tree.Open();
            return TreeReader.Measure(folder, tree);
        }
        catch (LinuxException e)
        {
            throw new MoveException(Reasons.VolumeUnsupported, $"{tree.Shown} cannot be read: {e.Message}", inner: e);
        }
    }
}

/// <summary>What the files of a pod need on its target, in bytes.</summary>
internal sealed record FileSizes(long DiskBytes, long MemoryBytes);
