using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>One file of a walk. <paramref name="Folder"/> is the open folder that it is in, valid until the walk goes on.</summary>
internal readonly record struct FoundFile(OpenFolder Folder, string Name, string Path, FileFacts Facts);

/// <summary>
/// Walks a tree that others may be changing: follows no link, enters no other mount, stops at a limit. Mount points of the container are no content:
/// what the runtime laid there to mount on, and what lies below, hidden, is the target's to make.
/// </summary>
internal sealed class TreeWalk(OpenFolder root, string shown, IReadOnlySet<string> mountPoints)
{
    private int entries;

    /// <summary>Everything below the root, folders before what is in them.</summary>
    /// <exception cref="MoveException">The tree is larger or deeper than what can be carried.</exception>
    public IEnumerable<FoundFile> Files() => In(root, RawName.Root);

    private IEnumerable<FoundFile> In(OpenFolder folder, string path)
    {
        foreach (var name in folder.Names())
        {
            if (folder.Find(name) is not { } facts) { continue; }
            var filePath = RawName.Join(path, name);
            if (++entries > FileLimits.Entries) { throw new MoveException(Reasons.FilesTooLarge, $"{shown} has more than {FileLimits.Entries} files"); }
            if (filePath.Length > RawName.MaximumPathBytes) { throw new MoveException(Reasons.FilesTooLarge, $"{shown} has a path of more than {RawName.MaximumPathBytes} bytes, below {RawName.Shown(filePath[..64])}"); }
            var isMountPoint = mountPoints.Contains(filePath);
            if (facts.Kind != FileKind.Folder)
            {
                if (!isMountPoint) { yield return new FoundFile(folder, name, filePath, facts); }
                continue;
            }
            yield return new FoundFile(folder, name, filePath, facts);
            if (isMountPoint || TryOpen(folder, name) is not { } below) { continue; }
            using (below)
            {
                foreach (var each in In(below, filePath)) { yield return each; }
            }
        }
    }

    /// <returns>Null: it has gone, is no folder any more, or another file system is mounted there.</returns>
    private static OpenFolder? TryOpen(OpenFolder folder, string name)
    {
        try
        {
            return folder.Below(name);
        }
        catch (LinuxException e) when (e.Errno is Errno.NoEntry or Errno.NotAFolder or Errno.TooManyLinks or Errno.CrossDevice)
        {
            return null;
        }
    }
}
