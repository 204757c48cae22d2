using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>Deletes a file or a folder with all that is in it: never through a link, never on another mount.</summary>
internal static class TreeRemoval
{
    public static void Remove(OpenFolder parent, string name)
    {
        if (parent.Find(name) is not { } facts) { return; }
        if (facts.Kind != FileKind.Folder)
        {
            parent.Unlink(name);
            return;
        }
        using (var folder = parent.Below(name))
        {
            foreach (var each in folder.Names()) { Remove(folder, each); }
        }
        parent.RemoveFolder(name);
    }

    /// <param name="path">A folder of the agent's own; it need not exist.</param>
    public static void Remove(string path)
    {
        try
        {
            using var parent = OpenFolder.Open(Path.GetDirectoryName(path)!);
            Remove(parent, RawName.FromText(Path.GetFileName(path)));
        }
        catch (LinuxException e) when (e.Errno == Errno.NoEntry)
        {
            // Deleted already.
        }
    }
}
