using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Whether the container has written into its root file system: that layer does not travel.</summary>
internal sealed class WritableLayer(ProcFolder proc)
{
    public Refusal? Check(RuncState container)
    {
        var mounts = proc.Lines(container.InitPid, "mountinfo").Select(MountLine.Parse).OfType<MountLine>().ToList();
        if (mounts.FirstOrDefault(mount => mount.Point == "/") is not { } root)
        {
            return new(Reasons.PodNotRunning, $"container {container.ContainerName}: the mounts of process {container.InitPid} cannot be read");
        }
        if (root.Option("upperdir") is not { } upper)
        {
            return new(Reasons.RuntimeUnsupported, $"container {container.ContainerName}: its root is {root.Kind}, not an overlay, so that what it wrote cannot be told");
        }
        var points = mounts.Select(mount => mount.Point).ToHashSet(StringComparer.Ordinal);
        var written = FileTree.Walk(upper).FirstOrDefault(path => IsContent(path, path[upper.Length..], points));
        return written is null ? null : new(Reasons.WritableLayer, $"container {container.ContainerName} has written {written[upper.Length..]} into its root file system, which does not move");
    }

    /// <summary>Folders alone carry nothing, nor do the empty files that the runtime makes to mount something over.</summary>
    private static bool IsContent(string path, string inContainer, HashSet<string> mountPoints)
    {
        var status = FileTree.Status(path);
        if (status.IsFolder || status.Mode == 0) { return false; }
        return !(status is { IsFile: true, SizeBytes: 0 } && (mountPoints.Contains(inContainer) || IsRuntimeStub(inContainer)));
    }

    private static bool IsRuntimeStub(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) || path is "/etc/hosts" or "/etc/hostname" or "/etc/resolv.conf" or "/dev/termination-log";
}
