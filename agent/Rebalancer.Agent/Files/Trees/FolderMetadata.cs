using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>Makes one open folder like another.</summary>
internal static class FolderMetadata
{
    public static void Copy(OpenFolder from, OpenFolder to, TreeKind kind)
    {
        var facts = from.Find(RawName.Root) ?? throw new LinuxException("statx", Errno.NoEntry);
        var attributes = FileMetadata.Attributes(from, RawName.Root, kind, out _);
        FileMetadata.Set(to, RawName.Root, new FileRecord(RawName.Root, facts.Mode, facts.User, facts.Group, facts.Modified, 0, "", attributes), kind);
    }
}
