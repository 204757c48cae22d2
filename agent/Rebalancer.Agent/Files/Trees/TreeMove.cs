using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>Brings a tree to its place: by renaming where both lie on one file system, so that its size costs nothing in the freeze; else by copying.</summary>
internal static class TreeMove
{
    /// <summary>Moves everything, over what is there of the same name. May be repeated after a crash in the middle.</summary>
    public static void Move(OpenFolder from, OpenFolder to, PodTree tree)
    {
        if (!tree.IsOnDisk || !TryMove(from, to, tree.Name.Kind)) { Copy(from, to, tree); }
    }

    public static void Copy(OpenFolder from, OpenFolder to, PodTree tree)
    {
        using var writer = new TreeWriter(to, tree.Name.Kind, long.MaxValue);
        foreach (var _ in new TreeReader(from, tree, writer).Whole(new TreeSnapshot(DateTimeOffset.UnixEpoch, MappedFiles.None))) { }
        writer.End();
    }

    /// <returns>False: they lie on different file systems.</returns>
    private static bool TryMove(OpenFolder from, OpenFolder to, TreeKind kind)
    {
        var metadata = FolderMetadata.Of(from, kind);
        foreach (var name in from.Names())
        {
            var isFolder = from.Find(name) is { Kind: FileKind.Folder };
            if (to.Find(name) is { } there)
            {
                if (isFolder && there.Kind == FileKind.Folder)
                {
                    using var source = from.Below(name);
                    using var target = to.Below(name);
                    if (!TryMove(source, target, kind)) { return false; }
                    continue;
                }
                TreeRemoval.Remove(to, name);
            }
            var errno = from.TryMove(name, to);
            if (errno == Errno.CrossDevice) { return false; }
            if (errno != 0) { throw new LinuxException($"renameat({RawName.Shown(name)})", errno); }
        }
        metadata.SetTo(to);
        return true;
    }
}
