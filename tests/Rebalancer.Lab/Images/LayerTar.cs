using System.Formats.Tar;
using System.Text;

namespace Rebalancer.Lab.Images;

/// <summary>Writes the layer of an image: parents before children, times zero, so that equal files make an equal digest.</summary>
internal static class LayerTar
{
    private const UnixFileMode FolderMode = (UnixFileMode)0b111_101_101;
    private const UnixFileMode TextMode = (UnixFileMode)0b110_100_100;

    public static async Task WriteAsync(Stream stream, IEnumerable<ImageFile> files, CancellationToken cancel)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        var written = new HashSet<string>();
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            foreach (var folder in Parents(file.Path).Where(written.Add))
            {
                await tar.WriteEntryAsync(Entry(TarEntryType.Directory, folder, FolderMode), cancel);
            }

            if (written.Add(Name(file.Path)))
            {
                await WriteFileAsync(tar, file, cancel);
            }
        }
    }

    private static async Task WriteFileAsync(TarWriter tar, ImageFile file, CancellationToken cancel)
    {
        var name = Name(file.Path);
        if (file.Source is { } source)
        {
            await using var content = File.OpenRead(source);
            var entry = Entry(TarEntryType.RegularFile, name, file.Mode ?? File.GetUnixFileMode(source));
            entry.DataStream = content;
            await tar.WriteEntryAsync(entry, cancel);
        }
        else if (file.LinkTarget is { } target)
        {
            var entry = Entry(TarEntryType.SymbolicLink, name, (UnixFileMode)0b111_111_111);
            entry.LinkName = target;
            await tar.WriteEntryAsync(entry, cancel);
        }
        else if (file.Text is { } text)
        {
            var entry = Entry(TarEntryType.RegularFile, name, file.Mode ?? TextMode);
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await tar.WriteEntryAsync(entry, cancel);
        }
        else
        {
            await tar.WriteEntryAsync(Entry(TarEntryType.Directory, name, file.Mode ?? FolderMode), cancel);
        }
    }

    private static PaxTarEntry Entry(TarEntryType type, string name, UnixFileMode mode) =>
        new(type, name) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, Uid = 0, Gid = 0 };

    private static string Name(string path) => path.Trim('/');

    private static IEnumerable<string> Parents(string path)
    {
        var name = Name(path);
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..slash];
        }
    }
}
