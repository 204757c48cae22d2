using System.Globalization;

namespace Rebalancer.Agent.Preflight;

/// <summary>An inode as the kernel names it in /proc.</summary>
/// <param name="Device">20 bits of minor number below the major one.</param>
internal readonly record struct InodeKey(uint Device, ulong Inode);

/// <summary>Something that a process watches by inotify.</summary>
internal readonly record struct FileWatch(int Pid, string Descriptor, InodeKey Watched)
{
    private const string Kind = "inotify ";

    /// <summary>"inotify wd:1 ino:8e2 sdev:800013 mask:fc6 ...": all the kernel tells is the inode.</summary>
    /// <returns>Null for any other line of fdinfo.</returns>
    public static InodeKey? Parse(string line) =>
        line.StartsWith(Kind, StringComparison.Ordinal) && Number(line, "ino:") is { } inode && Number(line, "sdev:") is { } device and <= uint.MaxValue ? new InodeKey((uint)device, inode) : null;

    private static ulong? Number(string line, string key)
    {
        var at = line.IndexOf(' ' + key, StringComparison.Ordinal);
        if (at < 0) { return null; }
        var rest = line.AsSpan(at + 1 + key.Length);
        var end = rest.IndexOf(' ');
        return ulong.TryParse(end < 0 ? rest : rest[..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>Lists what processes watch by inotify.</summary>
internal sealed class FileWatches(ProcFolder proc)
{
    private const string InotifyLink = "anon_inode:inotify";

    public IEnumerable<FileWatch> Of(int pid) => proc.Descriptors(pid).Where(each => each.Target == InotifyLink).SelectMany(each => Of(pid, each.Descriptor));

    private IEnumerable<FileWatch> Of(int pid, string descriptor)
    {
        foreach (var line in proc.Lines(pid, "fdinfo/" + descriptor))
        {
            if (FileWatch.Parse(line) is { } watched) { yield return new FileWatch(pid, descriptor, watched); }
        }
    }
}
