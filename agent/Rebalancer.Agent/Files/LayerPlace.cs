using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>
/// Where what a new container writes will lie. The kernel wants nobody to change the layers beneath a mounted overlay, since it may remember what it has
/// seen; but nothing has looked into this one yet when its container is created.
/// </summary>
internal static class LayerPlace
{
    /// <param name="rootMount">Mount point of the container's root file system on this node.</param>
    /// <exception cref="MoveException">Nothing is mounted there, or no overlay.</exception>
    public static string Upper(string rootMount) => Find(ProcFolder.Text("/proc/self/mountinfo"), rootMount)
        ?? throw new MoveException(Reasons.RuntimeUnsupported, $"{rootMount} is no mounted overlay: what the container wrote has no place there");

    public static string? Find(string mountInfo, string rootMount) =>
        mountInfo.Split('\n').Select(MountLine.Parse).LastOrDefault(mount => mount?.Point == rootMount) is { Kind: "overlay" } overlay ? overlay.Option("upperdir") : null;
}
