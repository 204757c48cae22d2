using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>What a peer's record may say. Counts what has come.</summary>
internal sealed class RecordRules(TreeKind tree, long maximumBytes)
{
    /// <summary>Records, not files: one that changes while it is copied comes twice.</summary>
    private const int MaximumRecords = 3 * FileLimits.Entries;
    private int records;
    private long bytes;
    private long written;

    /// <exception cref="ArchiveException">It may not.</exception>
    public void Check(FileRecord file)
    {
        if (++records > MaximumRecords) { throw new ArchiveException($"more than {MaximumRecords} files"); }
        if (file.Path != RawName.Root || file.Kind != FileKind.Folder) { CheckPath(file.Path); }
        written = 0;
        var isRegular = file.Kind == FileKind.Regular;
        if (file.Size < 0 || (!isRegular && file.Size != 0)) { throw Broken(file, $"has {file.Size} bytes"); }
        switch (file.Kind)
        {
            case FileKind.Folder or FileKind.Fifo or FileKind.Socket when file.Target.Length == 0: break;
            // Device number 0:0 is the only one that a record can name.
            case FileKind.CharacterDevice when tree == TreeKind.Layer && file.Target.Length == 0: break;
            case FileKind.Regular:
                if (file.IsHardLink) { CheckPath(file.Target); }
                break;
            case FileKind.Symlink when file.Target.Length is > 0 and <= RawName.MaximumPathBytes && !file.Target.Contains('\0', StringComparison.Ordinal): break;
            default: throw Broken(file, $"is of kind {file.Kind}");
        }
        if (file.Modified.Nanoseconds > 999_999_999) { throw Broken(file, $"was modified at {file.Modified}"); }
        if (file.Attributes.FirstOrDefault(each => AttributeRules.Of(each.Name, tree) != AttributeRule.Carried) is { } attribute)
        {
            throw Broken(file, $"has attribute {RawName.Shown(attribute.Name)}, which does not travel");
        }
    }

    public static void CheckPath(string path)
    {
        if (!RawName.IsPath(path)) { throw new ArchiveException($"path '{RawName.Shown(path.Length > 256 ? path[..256] : path)}' is not allowed in a tree"); }
    }

    public void CheckData(FileRecord file, long offset, int length)
    {
        if (offset < written || offset > file.Size - length) { throw Broken(file, $"gets {length} bytes at {offset}, of {file.Size}"); }
        written = offset + length;
        bytes += length;
        if (bytes > maximumBytes) { throw new ArchiveException($"more than {maximumBytes} bytes"); }
    }

    private static ArchiveException Broken(FileRecord file, string what) => new($"{RawName.Shown(file.Path)} {what}: not allowed in a tree");
}
