using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>Sends a tree to a sink: whole, or what has changed since a snapshot. Not thread-safe.</summary>
internal sealed class TreeReader(OpenFolder root, PodTree tree, ITreeSink sink)
{
    /// <summary>After so many bytes the caller gets its turn.</summary>
    private const long StepBytes = 8 << 20;
    /// <summary>Roughly what a record without data has.</summary>
    private const int RecordBytes = 128;
    private readonly Dictionary<ulong, string> names = [];
    private long stepBytes;

    /// <summary>Everything, noted in a snapshot. Yields now and then, and at the end.</summary>
    public IEnumerable<bool> Whole(TreeSnapshot snapshot) => Send(file =>
    {
        snapshot.Add(file.Path, file.Facts);
        return true;
    });

    /// <summary>What has changed since the snapshot, in steps too.</summary>
    /// <param name="snapshot">Of the pass before.</param>
    /// <param name="mapped">Now.</param>
    /// <param name="next">Takes what is there now, for one more pass; null: the pod is frozen, and this is the last.</param>
    public IEnumerable<bool> Changes(TreeSnapshot snapshot, MappedFiles mapped, TreeSnapshot? next = null)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in Send(IsWanted)) { yield return step; }
        foreach (var path in snapshot.Paths.Where(path => !present.Contains(path))) { sink.Delete(path); }

        bool IsWanted(FoundFile file)
        {
            present.Add(file.Path);
            next?.Add(file.Path, file.Facts);
            return !snapshot.IsUnchanged(file.Path, file.Facts, mapped);
        }
    }

    private IEnumerable<bool> Send(Func<FoundFile, bool> isWanted)
    {
        names.Clear();
        if (root.Find(RawName.Root) is { } facts) { File(new FoundFile(root, RawName.Root, RawName.Root, facts)); }
        foreach (var file in new TreeWalk(root, tree.Shown, tree.MountPoints).Files())
        {
            if (isWanted(file)) { File(file); }
            if (stepBytes < StepBytes) { continue; }
            stepBytes = 0;
            yield return true;
        }
        yield return true;
    }

    /// <summary>Bytes on disk of everything, without sending it.</summary>
    /// <exception cref="MoveException">Something in the tree cannot be carried.</exception>
    public static long Measure(OpenFolder root, PodTree tree)
    {
        long bytes = 0;
        var reader = new TreeReader(root, tree, new ArchiveWriter(Stream.Null));
        foreach (var file in new TreeWalk(root, tree.Shown, tree.MountPoints).Files())
        {
            if (reader.Record(file) is { } record) { bytes += Math.Min(record.Size, file.Facts.AllocatedBytes); }
        }
        return bytes;
    }

    private void File(FoundFile file)
    {
        if (Record(file) is not { } record) { return; }
        sink.File(record);
        if (record.Size > 0) { Data(file); }
        stepBytes += RecordBytes;
    }

    /// <returns>Null: it is gone meanwhile.</returns>
    private FileRecord? Record(FoundFile file)
    {
        var facts = file.Facts;
        if (!IsCarried(facts)) { throw new MoveException(Reasons.WritableLayer, $"{tree.Shown} holds a device, {RawName.Shown(file.Path)}, which does not move"); }
        var attributes = FileMetadata.Attributes(file.Folder, file.Name, tree.Name.Kind, out var unsupported);
        if (unsupported is not null) { throw new MoveException(Reasons.WritableLayer, $"{tree.Shown}: {RawName.Shown(file.Path)} has attribute {RawName.Shown(unsupported)}, which does not move"); }
        var isRegular = facts.Kind == FileKind.Regular;
        var target = isRegular ? FirstName(file) : facts.Kind == FileKind.Symlink ? Link(file) : "";
        var size = isRegular && target == "" ? facts.Size : 0;
        return target is null ? null : new FileRecord(file.Path, facts.Mode, facts.User, facts.Group, facts.Modified, size, target, attributes);
    }

    private bool IsCarried(FileFacts facts) => facts.Kind switch
    {
        FileKind.BlockDevice => false,
        FileKind.CharacterDevice => facts.IsWhiteout && tree.Name.Kind == TreeKind.Layer,
        _ => true,
    };

    /// <summary>The path under which a file with several names was sent already; empty for the first.</summary>
    private string FirstName(FoundFile file) => file.Facts.Links < 2 || names.TryAdd(file.Facts.Inode, file.Path) ? "" : names[file.Facts.Inode];

    private static string? Link(FoundFile file)
    {
        try
        {
            return file.Folder.ReadLink(file.Name);
        }
        catch (LinuxException e) when (e.Errno is Errno.NoEntry or Errno.Invalid)
        {
            // Gone, or something else by now: the pod still runs, and what it changes is sent again.
            return null;
        }
    }

    private void Data(FoundFile file)
    {
        try
        {
            using var handle = file.Folder.OpenFile(file.Name);
            if (!handle.IsInvalid) { stepBytes += FileData.Copy(handle, file.Facts, sink); }
        }
        catch (LinuxException e) when (e.Errno is Errno.NoEntry or Errno.TooManyLinks or Errno.NoSuchDevice)
        {
            // As above.
        }
    }
}
