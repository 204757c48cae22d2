using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>
/// Where what a new container writes will lie: the upper folder of the overlay that the runtime has mounted for it. An overlay remembers what it has looked
/// up, and files that are put beneath it then do not appear, or fail to ("directory not empty" on the first copy of a folder, seen here). So the filled
/// layers are mounted once more, over the runtime's mount: the container gets an overlay that has seen nothing yet, and the runtime unmounts both. The old
/// one is not unmounted first, since that would write the whole disk's dirty pages back in the freeze.
/// </summary>
internal sealed class LayerPlace
{
    /// <summary>The kernel takes one page of options.</summary>
    private const int MaximumOptionBytes = 4095;
    private readonly string mountPoint;
    private readonly string options;

    private LayerPlace(string mountPoint, string upper, string options) => (this.mountPoint, Upper, this.options) = (mountPoint, upper, options);

    public string Upper { get; }

    /// <param name="rootMount">Mount point of the container's root file system on this node.</param>
    /// <exception cref="MoveException">Nothing is mounted there, or no overlay that can be mounted again.</exception>
    public static LayerPlace Of(string rootMount) => Find(ProcFolder.Text("/proc/self/mountinfo"), rootMount)
        ?? throw new MoveException(Reasons.RuntimeUnsupported, $"{rootMount} is no mounted overlay of layers with full paths: what the container wrote has no place there");

    public static LayerPlace? Find(string mountInfo, string rootMount)
    {
        if (mountInfo.Split('\n').Select(MountLine.Parse).LastOrDefault(mount => mount?.Point == rootMount) is not { Kind: "overlay" } overlay) { return null; }
        var options = string.Join(',', overlay.SuperOptions.Split(',').Where(option => option is not ("rw" or "ro" or "seclabel")));
        // Relative: too many layers for the kernel's page. Backslashes: escaped twice, by overlay and by mountinfo.
        var isWhole = overlay.Option("lowerdir")?.Split(':').All(layer => layer.StartsWith('/')) == true;
        return isWhole && overlay.Option("upperdir") is ['/', ..] upper && options.Length < MaximumOptionBytes && !options.Contains('\\', StringComparison.Ordinal)
            ? new LayerPlace(rootMount, upper, options) : null;
    }

    /// <summary>To be called once the upper folder is filled, before anybody looks into the container's root.</summary>
    /// <exception cref="MoveException">The kernel refuses.</exception>
    public void MountAgain()
    {
        if (FileCalls.Mount(RawName.Bytes("overlay"), RawName.Bytes(RawName.FromText(mountPoint)), RawName.Bytes("overlay"), 0, RawName.Bytes(RawName.FromText(options))) == 0) { return; }
        var failure = FileFailure.Of($"mount({mountPoint})");
        throw new MoveException(Reasons.RestoreFailed, $"the layers of the container cannot be mounted again: {failure.Message}", inner: failure);
    }
}
