using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Archive;

/// <summary>Takes a tree of files, one record after another: each file followed by its data, a folder before what is in it.</summary>
internal interface ITreeSink
{
    /// <summary>A file as it shall be; one of that path that is there already is replaced, a folder kept with what is in it.</summary>
    void File(FileRecord file);

    /// <summary>Bytes of the regular file named last; what is left out of it is a hole.</summary>
    void Data(long offset, ReadOnlySpan<byte> data);

    /// <summary>What was sent under this path is gone, with all below it.</summary>
    void Delete(string path);

    /// <summary>The tree is whole.</summary>
    void End();
}

/// <param name="Path">Relative <see cref="RawName"/> path, or its root for the tree's own folder.</param>
/// <param name="Mode">Kind and permissions, as in stat.</param>
/// <param name="Size">Bytes of a regular file, holes included; else 0.</param>
/// <param name="Target">Of a symbolic link: its text. Of a further name of a regular file (hard link): the path that was sent first. Else empty.</param>
internal sealed record FileRecord(string Path, ushort Mode, uint User, uint Group, FileTime Modified, long Size, string Target, IReadOnlyList<FileAttribute> Attributes)
{
    public FileKind Kind => (FileKind)(Mode & 0xF000);
    public bool IsHardLink => Kind == FileKind.Regular && Target.Length > 0;
}

/// <summary>An extended attribute.</summary>
internal sealed record FileAttribute(string Name, byte[] Value);
