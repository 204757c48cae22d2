using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Restore;

/// <summary>
/// The mount by which runc shows CRIU the container's root: made when runc starts, looked at when CRIU restores the mounts. A root file system that was
/// mounted again in between is put in its place.
/// </summary>
internal static class CriuRoot
{
    private const ulong Bind = 0x1000, Recursive = 0x4000;
    private const int Detach = 2;
    private const string Name = "criu-root";

    /// <param name="runcRoot">Folder of runc's states.</param>
    /// <param name="containerId">The container that is being restored.</param>
    /// <param name="rootMount">Mount point of its root file system.</param>
    /// <returns>False: this runc has no such mount, or the kernel refuses; an ordinary restore has to follow.</returns>
    public static bool TryRenew(string runcRoot, string containerId, string rootMount)
    {
        var place = Path.Combine(runcRoot, containerId, Name);
        if (!ProcFolder.Text("/proc/self/mountinfo").Split('\n').Select(MountLine.Parse).Any(mount => mount?.Point == place)) { return false; }
        var (at, from) = (RawName.Bytes(RawName.FromText(place)), RawName.Bytes(RawName.FromText(rootMount)));
        return FileCalls.Unmount(at, Detach) == 0 && FileCalls.Mount(from, at, RawName.Bytes(""), Bind | Recursive, RawName.Bytes("")) == 0;
    }
}
