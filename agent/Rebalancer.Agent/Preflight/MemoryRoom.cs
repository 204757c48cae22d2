using System.Globalization;
using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Whether a checkpoint fits into this node's memory: images live on tmpfs.</summary>
internal sealed class MemoryRoom(string folder = NodePaths.RunFolder)
{
    /// <summary>Beside the pages: what CRIU's other images and the transfer need.</summary>
    private const long SpareBytes = 64L << 20;

    public Refusal? Check(long memoryBytes, string node)
    {
        var needed = memoryBytes + (memoryBytes / 10) + SpareBytes;
        var available = AvailableBytes();
        if (available < needed) { return new(Reasons.TargetNoRoom, $"node {node} has {available} bytes of memory free for a checkpoint of {needed} bytes"); }
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free < needed ? new(Reasons.TargetNoRoom, $"{folder} on node {node} has {free} bytes free for a checkpoint of {needed} bytes") : null;
    }

    private static long AvailableBytes()
    {
        var line = ProcFolder.Text("/proc/meminfo").Split('\n').FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) ?? "";
        return long.TryParse(line.Replace("MemAvailable:", "", StringComparison.Ordinal).Replace("kB", "", StringComparison.Ordinal).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes)
            ? kilobytes * 1024 : 0;
    }
}
