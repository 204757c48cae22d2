using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Whether a pod's files fit on this node's disk, where they wait for their containers.</summary>
internal static class DiskRoom
{
    /// <summary>What the node itself needs beside them.</summary>
    private const long SpareBytes = 256L << 20;

    public static Refusal? Check(long filesBytes, string node)
    {
        foreach (var folder in new[] { NodePaths.StagedLayers, NodePaths.StagedVolumes }.Select(Existing))
        {
            var needed = filesBytes + (filesBytes / 10) + SpareBytes;
            var free = new DriveInfo(folder).AvailableFreeSpace;
            if (free < needed) { return new(Reasons.TargetNoRoom, $"{folder} on node {node} has {free} bytes free for files of {needed} bytes"); }
        }
        return null;
    }

    private static string Existing(string folder) => Directory.Exists(folder) ? folder : Existing(Path.GetDirectoryName(folder)!);
}
