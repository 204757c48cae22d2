using System.Globalization;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>
/// Finds the paths of what a container's processes watch by inotify in its root file system. The kernel tells inodes only. Those of most file systems CRIU
/// opens by their handles and asks for the path, but an overlay's handles cannot be opened: it is given the paths (<see cref="Local.Criu.Images.InodeCacheImage"/>).
/// </summary>
internal sealed class WatchPaths(ProcFolder proc)
{
    private const string Overlay = "overlay";

    /// <returns>Paths as the container sees them; empty when nothing is watched there.</returns>
    /// <exception cref="MoveException">A watch has no path.</exception>
    public IReadOnlyDictionary<InodeKey, string> Of(RuncState container, IReadOnlyCollection<int> pids)
    {
        if (RootDevice(container.InitPid) is not { } device) { return new Dictionary<InodeKey, string>(); }
        var watches = pids.SelectMany(new FileWatches(proc).Of).Where(watch => watch.Watched.Device == device).ToList();
        var search = new InodeSearch(proc.PathOf(container.InitPid, "root"), device, watches.Select(watch => watch.Watched.Inode));
        // Programs watch where they work: there it is found at once, most of the time.
        foreach (var start in watches.Select(watch => proc.WorkingFolder(watch.Pid)).Distinct().Append("/")) { search.Look(start); }
        foreach (var watch in watches)
        {
            if (!search.Found.ContainsKey(watch.Watched.Inode)) { throw new MoveException(Reasons.WatchUnsupported, Message(container, watch)); }
        }
        return search.Found.ToDictionary(found => new InodeKey(device, found.Key), found => found.Value);
    }

    private static string Message(RuncState container, FileWatch watch) =>
        $"process {watch.Pid} of container {container.ContainerName} watches inode {watch.Watched.Inode} of its root file system by inotify (descriptor {watch.Descriptor}), and no path leads there: "
        + $"it was deleted, is hidden below a volume, lies on another file system than the rest of the image, or is none of the first {InodeSearch.MaximumEntries} files";

    /// <returns>Null: the root is no overlay.</returns>
    private uint? RootDevice(int pid)
    {
        var root = proc.Lines(pid, "mountinfo").Select(MountLine.Parse).OfType<MountLine>().LastOrDefault(mount => mount.Point == "/");
        if (root?.Kind != Overlay || root.Device.Split(':') is not [var major, var minor]) { return null; }
        return FileStatus.DeviceOf(uint.Parse(major, CultureInfo.InvariantCulture), uint.Parse(minor, CultureInfo.InvariantCulture));
    }
}

/// <summary>Finds paths of inodes in a container's root file system, without leaving it or following links.</summary>
/// <param name="root">The container's root, as seen from here.</param>
/// <param name="device">Of that file system: what is mounted into it has another.</param>
/// <param name="inodes">To be found.</param>
internal sealed class InodeSearch(string root, uint device, IEnumerable<ulong> inodes)
{
    public const int MaximumEntries = Files.FileLimits.Entries;
    private readonly HashSet<ulong> wanted = [.. inodes];
    private int looked;

    /// <summary>With one path for each, from "/".</summary>
    public Dictionary<ulong, string> Found { get; } = [];

    /// <param name="start">A folder of the container; it and all below it are looked at, until all have been found.</param>
    public void Look(string start)
    {
        var folders = new Stack<string>();
        Take(start, folders);
        while (wanted.Count > 0 && folders.TryPop(out var folder))
        {
            foreach (var name in Names(root + folder))
            {
                if (++looked > MaximumEntries || wanted.Count == 0) { return; }
                Take(folder.TrimEnd('/') + '/' + name, folders);
            }
        }
    }

    private void Take(string path, Stack<string> folders)
    {
        // The root itself is a link, to be followed by this alone.
        var status = FileTree.Status(path == "/" ? root + "/." : root + path);
        if (status.Device != device) { return; }
        if (wanted.Remove(status.Inode)) { Found.Add(status.Inode, path); }
        if (status.IsFolder) { folders.Push(path); }
    }

    private static IEnumerable<string> Names(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile.
            return [];
        }
    }
}
