using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>
/// Makes the files of a tree below one folder and nowhere else. Its records come from a peer and are taken for hostile: paths that leave the folder, links
/// on the way, devices, foreign attributes, too many files or bytes end it. Not thread-safe.
/// </summary>
internal sealed class TreeWriter(OpenFolder root, TreeKind kind, long maximumBytes) : ITreeSink, IDisposable
{
    private readonly Dictionary<string, FileTime> folderTimes = new(StringComparer.Ordinal);
    private readonly RecordRules rules = new(kind, maximumBytes);
    private (string Path, OpenFolder Folder)? parent;
    private FileRecord? writing;
    private SafeFileHandle? handle;

    public void File(FileRecord file)
    {
        Finish();
        rules.Check(file);
        if (file.Path == RawName.Root)
        {
            SetAll(root, RawName.Root, file);
            return;
        }
        var (folderPath, name) = RawName.Split(file.Path);
        var folder = Parent(folderPath);
        var there = folder.Find(name);
        if (file.Kind == FileKind.Folder && there?.Kind == FileKind.Folder)
        {
            SetAll(folder, name, file);
            return;
        }
        if (there is not null)
        {
            TreeRemoval.Remove(folder, name);
            Forget(file.Path);
        }
        Make(Parent(folderPath), name, file);
    }

    public void Data(long offset, ReadOnlySpan<byte> data)
    {
        if (writing is null || handle is null) { throw new ArchiveException("bytes of no file"); }
        rules.CheckData(writing, offset, data.Length);
        RandomAccess.Write(handle, data, offset);
    }

    public void Delete(string path)
    {
        Finish();
        RecordRules.CheckPath(path);
        var (folderPath, name) = RawName.Split(path);
        Forget(path);
        try
        {
            TreeRemoval.Remove(Parent(folderPath), name);
        }
        catch (LinuxException e) when (e.Errno is Errno.NoEntry or Errno.NotAFolder or Errno.TooManyLinks)
        {
            // Its folder has gone before it, or is something else by now.
        }
    }

    public void End()
    {
        Finish();
        Forget(RawName.Root);
        // Everything that is made in a folder changes its time, so that these come last.
        foreach (var (path, time) in folderTimes)
        {
            using var folder = root.Below(path);
            folder.SetModified(RawName.Root, time);
        }
    }

    public void Dispose()
    {
        handle?.Dispose();
        parent?.Folder.Dispose();
    }

    private void Make(OpenFolder folder, string name, FileRecord file)
    {
        switch (file.Kind)
        {
            case FileKind.Folder: folder.MakeFolder(name); break;
            case FileKind.Symlink: folder.MakeSymlink(name, file.Target); break;
            case FileKind.Regular when file.IsHardLink: Link(folder, name, file); return;
            case FileKind.Regular:
                handle = folder.CreateFile(name);
                if (FileCalls.SetLength((int)handle.DangerousGetHandle(), file.Size) != 0) { throw FileFailure.Of($"ftruncate({RawName.Shown(file.Path)}, {file.Size})"); }
                writing = file;
                return;
            default: folder.MakeNode(name, file.Kind); break;
        }
        SetAll(folder, name, file);
    }

    private void Link(OpenFolder folder, string name, FileRecord file)
    {
        var (targetFolder, targetName) = RawName.Split(file.Target);
        using var from = root.Below(targetFolder);
        if (from.Find(targetName) is not { Kind: FileKind.Regular }) { throw new ArchiveException($"{RawName.Shown(file.Path)} is a further name of {RawName.Shown(file.Target)}, which is no file"); }
        if (from.TryLink(targetName, folder, name) is var errno and not 0) { throw new LinuxException($"linkat({RawName.Shown(file.Path)})", errno); }
    }

    /// <summary>The file written last has all its bytes: what writing changes of it is set now.</summary>
    private void Finish()
    {
        if (writing is not { } file) { return; }
        handle!.Dispose();
        (writing, handle) = (null, null);
        var (folderPath, name) = RawName.Split(file.Path);
        SetAll(Parent(folderPath), name, file);
    }

    private void SetAll(OpenFolder folder, string name, FileRecord file)
    {
        FileMetadata.Set(folder, name, file, kind);
        if (file.Kind == FileKind.Folder) { folderTimes[file.Path] = file.Modified; }
    }

    /// <summary>A folder that goes takes what is remembered of it along; the one kept open may be below it.</summary>
    private void Forget(string path)
    {
        parent?.Folder.Dispose();
        parent = null;
        foreach (var gone in folderTimes.Keys.Where(each => path != RawName.Root && (each == path || each.StartsWith(path + "/", StringComparison.Ordinal))).ToList()) { folderTimes.Remove(gone); }
    }

    private OpenFolder Parent(string path)
    {
        if (path == RawName.Root) { return root; }
        if (parent is { } open && open.Path == path) { return open.Folder; }
        parent?.Folder.Dispose();
        parent = null;
        var folder = root.Below(path);
        parent = (path, folder);
        return folder;
    }
}
