using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>Owner, mode, attributes and time of an open folder. Its time is that of the reading: moving what is in it changes it.</summary>
internal sealed class FolderMetadata
{
    private readonly FileRecord record;
    private readonly TreeKind kind;

    private FolderMetadata(FileRecord record, TreeKind kind) => (this.record, this.kind) = (record, kind);

    public static FolderMetadata Of(OpenFolder folder, TreeKind kind)
    {
        var facts = folder.Find(RawName.Root) ?? throw new LinuxException("statx", Errno.NoEntry);
        var attributes = FileMetadata.Attributes(folder, RawName.Root, kind, out _);
        return new FolderMetadata(new FileRecord(RawName.Root, facts.Mode, facts.User, facts.Group, facts.Modified, 0, "", attributes), kind);
    }

    public void SetTo(OpenFolder folder) => FileMetadata.Set(folder, RawName.Root, record, kind);
}
