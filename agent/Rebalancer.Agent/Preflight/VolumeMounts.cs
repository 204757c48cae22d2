using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>
/// Whether what is mounted for a container's claims are file systems of block devices: such a one is written back when it is unmounted, comes back as it was, and
/// nobody else writes to it meanwhile, as to NFS. Pure.
/// </summary>
internal static class VolumeMounts
{
    /// <summary>Those that kubelet makes on block devices.</summary>
    private static readonly string[] Kinds = ["ext4", "ext3", "xfs"];

    /// <param name="points">Mount points of claims in the container.</param>
    /// <param name="mountInfo">/proc/PID/mountinfo of a process of the container.</param>
    public static Refusal? Check(string container, IEnumerable<string> points, IEnumerable<string> mountInfo)
    {
        var mounts = mountInfo.Select(MountLine.Parse).OfType<MountLine>().ToList();
        return points.Select(point => Check(container, point, mounts.FindLast(mount => mount.Point == point.TrimEnd('/')))).FirstOrDefault(refusal => refusal is not null);
    }

    private static Refusal? Check(string container, string point, MountLine? mount) =>
        mount is null ? new(Reasons.VolumeUnsupported, $"container {container} has nothing mounted at {point}, where its claim should be")
        : !Kinds.Contains(mount.Kind) || mount.Device.StartsWith("0:", StringComparison.Ordinal) ? new(Reasons.VolumeUnsupported, $"container {container} has {mount.Kind} on device {mount.Device} mounted at {point}; only {string.Join(", ", Kinds)} on a block device follow")
        : null;
}
